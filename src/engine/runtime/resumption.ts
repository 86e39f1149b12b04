/**
 * How a stopped program goes on other than by itself. What is asked for is checked while the program
 * is still stopped, so that a refusal leaves everything as it was, and carried out afterwards. Runs
 * in the debuggee's thread.
 */
import { functionType, type Module } from '../../wasm/module.ts';
import type { ValType } from '../../wasm/types.ts';
import type { DebugMemory } from './debug-memory.ts';
import type { Exceptions, ThrownException } from './exceptions.ts';
import type { StopPoint } from './frames.ts';
import type { DebugInstance } from './instance.ts';
import type { Thunk, Thunks } from './thunks.ts';
import type { HeldValue, ValueRows } from './value-row.ts';

/** What a debugger asks for. */
export type Resumption =
  | { readonly kind: 'normal' }
  /** The innermost frame returns these values. */
  | { readonly kind: 'early-return'; readonly values: readonly HeldValue[] }
  /** The exception is thrown at the innermost frame's pc. */
  | { readonly kind: 'throw-exception'; readonly exception: ThrownException }
  /** The function (by its index in the instance) is called on top of the innermost frame. */
  | {
      readonly kind: 'inject-call';
      readonly instance: DebugInstance;
      readonly func: number;
      readonly args: readonly HeldValue[];
    };

/** A resumption that fits the stop: it cannot be refused any more. */
export type Action =
  | { readonly kind: 'normal' }
  | { readonly kind: 'early-return'; readonly thunk: Thunk; readonly values: readonly HeldValue[] }
  | { readonly kind: 'throw-exception'; readonly object: unknown }
  | InjectedCall;

export interface InjectedCall {
  readonly kind: 'inject-call';
  readonly thunk: Thunk;
  readonly callee: unknown;
  readonly args: readonly HeldValue[];
  readonly module: Module;
  readonly results: readonly ValType[];
}

/** How a frame goes on: the calls on top of it have returned. */
export type FrameAction = Exclude<Action, InjectedCall>;

export const NORMAL = { kind: 'normal' } as const;

/** There is no frame that could be resumed in another way than normally. */
export class NoFrame extends Error {
  override name = 'NoFrame';
}

export class Resumer {
  readonly #memory: DebugMemory;
  readonly #exceptions: Exceptions;
  readonly #thunks: Thunks;
  readonly #rows: ValueRows;

  constructor(memory: DebugMemory, exceptions: Exceptions, thunks: Thunks, rows: ValueRows) {
    this.#memory = memory;
    this.#exceptions = exceptions;
    this.#thunks = thunks;
    this.#rows = rows;
  }

  /**
   * @param stop - undefined if there is no frame that could be resumed: the program has not begun,
   *   or has trapped already
   * @throws NoFrame, MismatchedValues
   */
  prepare(resumption: Resumption, stop: StopPoint | undefined): Action {
    if (resumption.kind === 'normal') return NORMAL;
    if (stop === undefined) {
      throw new NoFrame(`${resumption.kind} where no frame can be resumed`);
    }
    switch (resumption.kind) {
      case 'early-return': {
        const { values } = resumption;
        const module = stop.fn.module.original;
        const { results } = stop.fn.plan;
        const thunk = this.#thunks.returning(module, results);
        this.#rows.require(values, module, results, thunk);
        return { kind: 'early-return', thunk, values };
      }
      case 'throw-exception':
        return {
          kind: 'throw-exception',
          object: this.#exceptions.thrownObject(resumption.exception),
        };
      case 'inject-call': {
        const { instance, func, args } = resumption;
        const module = instance.module.original;
        const { typeIndex } = module.functions[func]!;
        const { params, results } = functionType(module, typeIndex);
        const thunk = this.#thunks.calling(module, typeIndex);
        this.#rows.require(args, module, params, thunk);
        return {
          kind: 'inject-call',
          thunk,
          callee: instance.func(func),
          args,
          module,
          results,
        };
      }
    }
  }

  /**
   * Calls the function; its frame begins at the frame pointer, which is there again afterwards.
   *
   * @returns the results
   * @throws what comes out of the function
   */
  call({ thunk, callee, args, module, results }: InjectedCall): HeldValue[] {
    this.#rows.reserve(results.length);
    const row = this.#rows.write(args);
    try {
      thunk.run(row, callee);
      return this.#rows.read(row, module, results);
    } finally {
      this.#memory.framePointer = row;
    }
  }
}
