/** Values of a local debuggee: frames, globals and table elements. */

import { SCRATCH } from '../engine/instrument/layout.ts';
import type { Engine } from '../engine/runtime/engine.ts';
import {
  type Bits,
  type FrameValue,
  frameLocals,
  frameOperands,
  readBits,
  writeBits,
} from '../engine/runtime/frame-values.ts';
import type { Frame } from '../engine/runtime/frames.ts';
import type { HeldValue } from '../engine/runtime/value-row.ts';
import type { NumType } from '../wasm/types.ts';
import type { Entities, GlobalEntity, TableEntity } from './local-entities.ts';
import {
  DebuggeeError,
  DebuggeeTrap,
  type ExceptionHandle,
  type WasmValue,
} from './opaque-debugger.ts';

function toValue(bits: Bits): WasmValue {
  switch (bits.type) {
    case 'i32':
      return { type: 'i32', value: bits.bits };
    case 'i64':
      return { type: 'i64', value: bits.bits };
    case 'f32':
      return { type: 'f32', bits: bits.bits };
    case 'f64':
      return { type: 'f64', bits: bits.bits };
    case 'v128':
      return { type: 'v128', bytes: bits.bits };
  }
}

function toBits(value: WasmValue): Bits {
  switch (value.type) {
    case 'i32':
    case 'i64':
      return { type: value.type, bits: value.value } as Bits;
    case 'f32':
    case 'f64':
      return { type: value.type, bits: value.bits } as Bits;
    case 'v128':
      return { type: 'v128', bits: value.bytes };
    default:
      throw new DebuggeeError('mismatched-type');
  }
}

export class LocalValues {
  readonly #engine: Engine;
  readonly #entities: Entities;

  constructor(engine: Engine, entities: Entities) {
    this.#engine = engine;
    this.#entities = entities;
  }

  locals(frame: Frame): WasmValue[] {
    this.#requireExact(frame);
    return frameLocals(frame, this.#engine.frameView).map((v) => this.#frameValue(v));
  }

  operands(frame: Frame): WasmValue[] {
    this.#requireExact(frame);
    return frameOperands(frame, this.#engine.frameView).map((v) => this.#frameValue(v));
  }

  /** @throws DebuggeeError unsupported-type */
  global({ global, type }: GlobalEntity): WasmValue {
    if (type.value.kind === 'ref') return this.#reference(type.value.heap, () => global.value);
    this.#engine.globalAccess.load(global, type as typeof type & { value: NumType });
    return toValue(readBits(this.#engine.frameView, SCRATCH, type.value));
  }

  /** @throws DebuggeeError read-only, mismatched-type, unsupported-type */
  setGlobal({ global, type }: GlobalEntity, value: WasmValue): void {
    if (!type.mutable) throw new DebuggeeError('read-only');
    if (type.value.kind === 'ref') {
      const object = this.#toObject(value);
      this.#orMismatch(() => {
        global.value = object;
      });
      return;
    }
    if (value.type !== type.value.kind) throw new DebuggeeError('mismatched-type');
    writeBits(this.#engine.frameView, SCRATCH, toBits(value));
    this.#engine.globalAccess.store(global, type as typeof type & { value: NumType });
  }

  tableLength({ table }: TableEntity): bigint {
    // A table with 64-bit indices has a bigint for a length.
    return BigInt(table.length as number | bigint);
  }

  /** @throws DebuggeeError out-of-bounds, unsupported-type */
  element(entity: TableEntity, index: bigint): WasmValue {
    const position = this.#position(entity, index);
    return this.#reference(entity.type.element.heap, () => entity.table.get(position));
  }

  /** @throws DebuggeeError out-of-bounds, mismatched-type, unsupported-type */
  setElement(entity: TableEntity, index: bigint, value: WasmValue): void {
    const position = this.#position(entity, index);
    const object = this.#toObject(value);
    this.#orMismatch(() => entity.table.set(position, object));
  }

  /** For the engine to hold: an argument, a result, a value of an exception. */
  hold(value: WasmValue): HeldValue {
    if (value.type === 'funcref') {
      return { type: 'ref', hierarchy: 'func', object: this.#toObject(value) };
    }
    if (value.type !== 'exnref') return toBits(value);
    const exception = value.exception && this.#entities.exceptions.get(value.exception);
    const object = exception === undefined ? null : this.#engine.exceptions.thrownObject(exception);
    return { type: 'ref', hierarchy: 'exn', object };
  }

  /**
   * What the engine holds.
   * @throws DebuggeeError unsupported-type
   */
  held(value: HeldValue): WasmValue {
    if (value.type !== 'ref') return toValue(value);
    const { hierarchy, object } = value;
    if (hierarchy !== 'exn') return this.#reference(hierarchy, () => object);
    if (object === null) return { type: 'exnref', exception: undefined };
    const thrown =
      object instanceof WebAssembly.Exception
        ? this.#engine.exceptions.describe(object)
        : undefined;
    if (thrown === undefined) throw new DebuggeeError('unsupported-type');
    return { type: 'exnref', exception: this.#entities.exceptions.of(thrown) };
  }

  #frameValue(value: FrameValue): WasmValue {
    if (value.type !== 'ref') return toValue(value);
    const { address, hierarchy } = value;
    if (hierarchy === 'exn') {
      return {
        type: 'exnref',
        exception: address === undefined ? undefined : this.#exception(address),
      };
    }
    return this.#reference(hierarchy, () =>
      address === undefined ? null : this.#engine.references.functionAt(address),
    );
  }

  /** @throws DebuggeeError unsupported-type for an error of JavaScript that wasm has caught */
  #exception(address: number): ExceptionHandle | undefined {
    const thrown = this.#engine.exceptions.thrownBy(address);
    if (thrown.kind === 'trap') return undefined;
    if (thrown.kind === 'nothing') throw new DebuggeeError('unsupported-type');
    return this.#entities.exceptions.of(thrown.exception);
  }

  #position(entity: TableEntity, index: bigint): number {
    if (index >= this.tableLength(entity)) throw new DebuggeeError('out-of-bounds');
    return (entity.type.limits.address === 'i64' ? index : Number(index)) as number;
  }

  #reference(heap: unknown, read: () => unknown): WasmValue {
    const functions = heap === 'func' || heap === 'nofunc' || typeof heap === 'number';
    if (!functions) throw new DebuggeeError('unsupported-type');
    const object = read();
    if (object === null) return { type: 'funcref', func: undefined };
    // A reference to a concrete type may be to a struct or array.
    if (typeof object !== 'function') throw new DebuggeeError('unsupported-type');
    return { type: 'funcref', func: this.#entities.funcs.of(this.#entities.funcOf(object)) };
  }

  #toObject(value: WasmValue): unknown {
    if (value.type === 'exnref') {
      throw new DebuggeeTrap('storing an exnref in a global or table is not implemented yet');
    }
    if (value.type !== 'funcref') throw new DebuggeeError('mismatched-type');
    if (value.func === undefined) return null;
    return this.#entities.funcObject(this.#entities.funcs.get(value.func));
  }

  /** V8 checks the type of a reference by throwing a TypeError. */
  #orMismatch(store: () => void): void {
    try {
      store();
    } catch (error) {
      if (error instanceof TypeError) throw new DebuggeeError('mismatched-type');
      throw error;
    }
  }

  #requireExact(frame: Frame): void {
    if (frame.exact) return;
    throw new DebuggeeError(
      'unsupported-type',
      'the program trapped without having stopped: the innermost frame is known by its pc only',
    );
  }
}
