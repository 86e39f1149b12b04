/** Exceptions as a debugger sees them: a tag and values. */

import { ModuleWriter } from '../../wasm/encode.ts';
import { decodeModule, functionType, type Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { ValType } from '../../wasm/types.ts';
import { caughtOffset, handlersAround } from '../instrument/legacy-shape.ts';
import { hierarchyOf } from '../instrument/references.ts';
import { frameOperands } from './frame-values.ts';
import type { Frame } from './frames.ts';
import type { DebugInstance } from './instance.ts';
import type { ReferenceArrays } from './reference-arrays.ts';
import type { Thunks } from './thunks.ts';
import { WebAssembly } from './v8.ts';
import type { HeldValue, ValueRows } from './value-row.ts';

export interface ThrownException {
  readonly tag: WebAssembly.Tag;
  readonly params: readonly ValType[];
  readonly values: readonly HeldValue[];
  /** Equal for the same exception: V8's object, where there is one already. */
  readonly identity: object;
  readonly declared: TagDeclaration | undefined;
}

/** A module that a tag is in the index space of, and the tag's type there: what its `params` mean. */
export interface TagDeclaration {
  readonly module: Module;
  readonly typeIndex: number;
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
  readonly #thunks: Thunks;
  readonly #rows: ValueRows;
  /** By the identity of exceptions that had not been thrown: what throwing them throws. */
  readonly #objects = new WeakMap<object, unknown>();
  readonly #described = new WeakMap<object, ThrownException>();

  constructor(
    references: ReferenceArrays,
    instances: readonly DebugInstance[],
    thunks: Thunks,
    rows: ValueRows,
  ) {
    this.#references = references;
    this.#instances = instances;
    this.#thunks = thunks;
    this.#rows = rows;
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
    const { typeIndex } = original.tags[index]!.type;
    const { params } = functionType(original, typeIndex);
    const operands = frameOperands(frame, view);
    const values = operands.slice(operands.length - params.length).map((value, i): HeldValue => {
      if (value.type !== 'ref') return value;
      const type = params[i]!;
      if (type.kind !== 'ref') throw new Error('an operand of a wrong type');
      const hierarchy = hierarchyOf(original, type);
      const { address } = value;
      const object = address === undefined ? null : this.#references.objectAt(hierarchy, address);
      return { type: 'ref', hierarchy, object };
    });
    const declared = { module: original, typeIndex };
    return { tag: instance.tag(index)!, params, values, identity: {}, declared };
  }

  /** What throwing a reference in a frame would do; a trap means that it is null. */
  thrownBy(address: number): Throw {
    const error = this.#references.exceptionAt(address);
    if (error === null) return { kind: 'trap' };
    const exception = error instanceof WebAssembly.Exception ? this.describe(error) : undefined;
    return exception === undefined ? { kind: 'nothing' } : { kind: 'exception', exception };
  }

  /** Undefined if no instance knows the exception's tag. The program must be stopped. */
  describe(error: WebAssembly.Exception): ThrownException | undefined {
    const known = this.#described.get(error);
    if (known !== undefined) return known;
    for (const instance of this.#instances) {
      const module = instance.module.original;
      const index = module.tags.findIndex((_, i) => error.is(instance.tag(i)!));
      if (index < 0) continue;
      const tag = instance.tag(index)!;
      const { typeIndex } = module.tags[index]!.type;
      const { params } = functionType(module, typeIndex);
      const row = this.#rows.reserve(params.length);
      this.#thunks.catching(tag, module, typeIndex).run(row, error);
      const values = this.#rows.read(row, module, params);
      const declared = { module, typeIndex };
      const described = { tag, params, values, identity: error, declared };
      this.#described.set(error, described);
      return described;
    }
    return undefined;
  }

  /**
   * What JavaScript throws to throw an exception: V8's object if it has been thrown before, otherwise
   * one that is made of its values, always the same; of the tag for JavaScript's own exceptions, the
   * value itself, whatever it is. The program must be stopped.
   *
   * @throws MismatchedValues if the values are not those of the tag
   */
  thrownObject(exception: ThrownException): unknown {
    const { identity, tag, params, values, declared } = exception;
    if (identity instanceof WebAssembly.Exception) return identity;
    if (this.#objects.has(identity)) return this.#objects.get(identity);
    const module = declared?.module ?? NO_MODULE;
    const thunk = this.#thunks.throwing(tag, module, params, declared?.typeIndex);
    this.#rows.require(values, module, params, thunk);
    const object = thrownBy(tag, () => thunk.run(this.#rows.write(values)));
    this.#objects.set(identity, object);
    if (object instanceof WebAssembly.Exception) this.#described.set(object, exception);
    return object;
  }
}

/** Types of the tags that no module declares name none of a module. */
const NO_MODULE = decodeModule(new ModuleWriter().finish());

/** The tag of what JavaScript throws (JS API, "The JSTag object"); the declarations lack it. */
const { JSTag } = WebAssembly as { readonly JSTag?: WebAssembly.Tag };

function thrownBy(tag: WebAssembly.Tag, action: () => void): unknown {
  try {
    action();
  } catch (error) {
    if (tag === JSTag || error instanceof WebAssembly.Exception) return error;
    throw error;
  }
  throw new Error('a thunk that throws has returned');
}
