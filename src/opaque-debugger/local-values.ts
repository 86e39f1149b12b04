/** Values of a local debuggee: frames, globals and table elements. */

import { SCRATCH } from '../engine/instrument/layout.ts';
import { type Hierarchy, isBottom } from '../engine/instrument/references.ts';
import type { Engine } from '../engine/runtime/engine.ts';
import { ExceptionAccess } from '../engine/runtime/exception-access.ts';
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
import type { NumType, RefType } from '../wasm/types.ts';
import type { Entities, GlobalEntity, TableEntity } from './local-entities.ts';
import {
  DebuggeeError,
  type ExceptionHandle,
  type FuncHandle,
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
  /** Globals and tables of exceptions. */
  readonly #stored = new ExceptionAccess();

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
  global({ global, type, hierarchy }: GlobalEntity): WasmValue {
    if (hierarchy !== undefined) {
      return this.#reference(hierarchy, () =>
        hierarchy === 'exn' ? this.#stored.load(global, type) : global.value,
      );
    }
    this.#engine.globalAccess.load(global, type as typeof type & { value: NumType });
    return toValue(readBits(this.#engine.frameView, SCRATCH, type.value));
  }

  /** @throws DebuggeeError read-only, mismatched-type, unsupported-type */
  setGlobal({ global, type, hierarchy }: GlobalEntity, value: WasmValue): void {
    if (!type.mutable) throw new DebuggeeError('read-only');
    if (type.value.kind === 'ref') {
      const object = this.#toObject(value, type.value, hierarchy);
      this.#orMismatch(() => {
        if (hierarchy === 'exn') this.#stored.store(global, type, object);
        else global.value = object;
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
    const { table, type, hierarchy } = entity;
    return this.#reference(hierarchy, () =>
      hierarchy === 'exn' ? this.#stored.element(table, type, position) : table.get(position),
    );
  }

  /** @throws DebuggeeError out-of-bounds, mismatched-type, unsupported-type */
  setElement(entity: TableEntity, index: bigint, value: WasmValue): void {
    const position = this.#position(entity, index);
    const { table, type, hierarchy } = entity;
    const object = this.#toObject(value, type.element, hierarchy);
    this.#orMismatch(() => {
      if (hierarchy === 'exn') this.#stored.setElement(table, type, position, object);
      else table.set(position, object);
    });
  }

  /** For the engine to hold: an argument, a result, a value of an exception. */
  hold(value: WasmValue): HeldValue {
    switch (value.type) {
      case 'funcref':
        return { type: 'ref', hierarchy: 'func', object: this.#functionOf(value.func) };
      case 'exnref':
        return { type: 'ref', hierarchy: 'exn', object: this.#thrownBy(value.exception) };
      default:
        return toBits(value);
    }
  }

  /**
   * What the engine holds.
   * @throws DebuggeeError unsupported-type
   */
  held(value: HeldValue): WasmValue {
    if (value.type !== 'ref') return toValue(value);
    return this.#reference(value.hierarchy, () => value.object);
  }

  #frameValue(value: FrameValue): WasmValue {
    if (value.type !== 'ref') return toValue(value);
    const { address, hierarchy } = value;
    return this.#reference(hierarchy, () =>
      address === undefined ? null : this.#engine.references.objectAt(hierarchy, address),
    );
  }

  #position(entity: TableEntity, index: bigint): number {
    if (index >= this.tableLength(entity)) throw new DebuggeeError('out-of-bounds');
    return (entity.type.limits.address === 'i64' ? index : Number(index)) as number;
  }

  /** @throws DebuggeeError unsupported-type for references that the world cannot express */
  #reference(hierarchy: Hierarchy, read: () => unknown): WasmValue {
    if (hierarchy === 'func') {
      const object = read() as ((...args: unknown[]) => unknown) | null;
      const func = object === null ? undefined : this.#entities.funcOf(object);
      return { type: 'funcref', func: func && this.#entities.funcs.of(func) };
    }
    if (hierarchy === 'exn') return { type: 'exnref', exception: this.#exception(read()) };
    throw new DebuggeeError('unsupported-type');
  }

  /**
   * @param thrown - what throwing the exception throws, or null
   * @throws DebuggeeError unsupported-type for an error of JavaScript that wasm has caught
   */
  #exception(thrown: unknown): ExceptionHandle | undefined {
    if (thrown === null) return undefined;
    const described =
      thrown instanceof WebAssembly.Exception
        ? this.#engine.exceptions.describe(thrown)
        : undefined;
    if (described === undefined) throw new DebuggeeError('unsupported-type');
    return this.#entities.exceptions.of(described);
  }

  /** What a global or table of a type is to hold. */
  #toObject(value: WasmValue, type: RefType, hierarchy: Hierarchy | undefined): unknown {
    if (hierarchy !== 'func' && hierarchy !== 'exn') throw new DebuggeeError('unsupported-type');
    const held = this.hold(value);
    if (held.type !== 'ref' || held.hierarchy !== hierarchy) {
      throw new DebuggeeError('mismatched-type');
    }
    const { object } = held;
    if (object === null ? !type.nullable : isBottom(type)) {
      throw new DebuggeeError('mismatched-type');
    }
    return object;
  }

  #functionOf(func: FuncHandle | undefined): unknown {
    return func === undefined ? null : this.#entities.funcObject(this.#entities.funcs.get(func));
  }

  #thrownBy(exception: ExceptionHandle | undefined): unknown {
    if (exception === undefined) return null;
    return this.#engine.exceptions.thrownObject(this.#entities.exceptions.get(exception));
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
