/** Exceptions as a debugger sees them: a tag and values. */

import { functionType } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { ValType } from '../../wasm/types.ts';
import { caughtOffset, handlersAround } from '../instrument/legacy-shape.ts';
import { hierarchyOf } from '../instrument/references.ts';
import { type Bits, frameOperands } from './frame-values.ts';
import type { Frame } from './frames.ts';
import type { DebugInstance } from './instance.ts';
import type { ReferenceArrays } from './reference-arrays.ts';

/** A value that is not in a frame any more, or not yet. */
export type HeldValue =
  | Bits
  // A function, null, or whatever else JavaScript was given.
  | {
      readonly type: 'ref';
      readonly hierarchy: 'func' | 'extern' | 'any' | 'exn';
      readonly object: unknown;
    };

export interface ThrownException {
  readonly tag: WebAssembly.Tag;
  readonly params: readonly ValType[];
  readonly values: readonly HeldValue[];
  /** Equal for the same exception: V8's object, where there is one already. */
  readonly identity: object;
}

/** What the instruction that a frame is stopped at will do if it is not disturbed. */
export type Throw =
  | { readonly kind: 'exception'; readonly exception: ThrownException }
  // A null reference.
  | { readonly kind: 'trap' }
  // An error of JavaScript on its way: its own event was at the host function that threw it.
  | { readonly kind: 'nothing' };

export class Exceptions {
  readonly #references: ReferenceArrays;
  readonly #instances: readonly DebugInstance[];

  constructor(references: ReferenceArrays, instances: readonly DebugInstance[]) {
    this.#references = references;
    this.#instances = instances;
  }

  /** For a frame stopped at `throw`, `throw_ref` or `rethrow`; undefined for other instructions. */
  thrownAt(frame: Frame, view: DataView): Throw | undefined {
    switch (frame.snapshot.op) {
      case Op.throw:
        return { kind: 'exception', exception: this.#operandsOfThrow(frame, view) };
      case Op.throwRef: {
        const operand = frameOperands(frame, view).at(-1);
        if (operand?.type !== 'ref') throw new Error('throw_ref without a reference');
        if (operand.address === undefined) return { kind: 'trap' };
        return this.thrownBy(operand.address);
      }
      case Op.rethrow: {
        const { constructs } = frame.snapshot;
        const level = constructs.length - 1 - frame.fn.indexOperand(frame.pc);
        const inside = handlersAround(constructs, level);
        return this.thrownBy(frame.base + caughtOffset(frame.fn.plan.caughtBase, inside));
      }
      default:
        return undefined;
    }
  }

  #operandsOfThrow(frame: Frame, view: DataView): ThrownException {
    const { instance, fn } = frame;
    const { original } = instance.module;
    const index = fn.indexOperand(frame.pc);
    const { params } = functionType(original, original.tags[index]!.type.typeIndex);
    const operands = frameOperands(frame, view);
    const values = operands.slice(operands.length - params.length).map((value, i): HeldValue => {
      if (value.type !== 'ref') return value;
      const type = params[i]!;
      if (type.kind !== 'ref') throw new Error('an operand of a wrong type');
      const hierarchy = hierarchyOf(original, type);
      const object =
        hierarchy === 'func' && value.address !== undefined
          ? this.#references.functionAt(value.address)
          : null;
      return { type: 'ref', hierarchy, object };
    });
    return { tag: instance.tag(index)!, params, values, identity: {} };
  }

  /** What throwing a reference in a frame would do; a trap means that it is null. */
  thrownBy(address: number): Throw {
    const error = this.#references.exceptionAt(address);
    if (error instanceof WebAssembly.RuntimeError) return { kind: 'trap' };
    const exception = error instanceof WebAssembly.Exception ? this.describe(error) : undefined;
    return exception === undefined ? { kind: 'nothing' } : { kind: 'exception', exception };
  }

  /** Undefined if no instance knows the exception's tag. */
  describe(error: WebAssembly.Exception): ThrownException | undefined {
    for (const instance of this.#instances) {
      const { original } = instance.module;
      for (const [index, { type }] of original.tags.entries()) {
        const tag = instance.tag(index)!;
        if (!error.is(tag)) continue;
        const { params } = functionType(original, type.typeIndex);
        const values = params.map((param, i): HeldValue => {
          // V8 refuses to show these to JavaScript.
          const hidden = param.kind === 'v128';
          return held(original, param, hidden ? undefined : error.getArg(tag, i));
        });
        return { tag, params, values, identity: error };
      }
    }
    return undefined;
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function held(module: Parameters<typeof hierarchyOf>[0], type: ValType, value: unknown): HeldValue {
  switch (type.kind) {
    case 'i32':
      return { type: 'i32', bits: (value as number) >>> 0 };
    case 'i64':
      return { type: 'i64', bits: BigInt.asUintN(64, value as bigint) };
    case 'f32':
      scratch.setFloat32(0, value as number);
      return { type: 'f32', bits: scratch.getUint32(0) };
    case 'f64':
      scratch.setFloat64(0, value as number);
      return { type: 'f64', bits: scratch.getBigUint64(0) };
    case 'v128':
      return { type: 'ref', hierarchy: 'extern', object: undefined };
    case 'ref':
      return { type: 'ref', hierarchy: hierarchyOf(module, type), object: value };
  }
}
