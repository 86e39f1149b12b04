/** What the walker, and the passes that use one, need to know of a function before they start. */
import type { Module } from '../../wasm/module.ts';
import type { ValType } from '../../wasm/types.ts';
import type { DerivedLocals } from './derived-locals.ts';
import type { FreshLocals } from './fresh-locals.ts';
import type { LocalSet } from './local-set.ts';
import type { LoopEffects } from './loop-effects.ts';
import type { TypedFunction } from './operand-effects.ts';

export interface WalkedFunction extends TypedFunction {
  readonly module: Module;
  readonly results: readonly ValType[];
  readonly codeStart: number;
  /** By the offset of the `loop` opcode; absent in the pre-pass. */
  readonly loops: ReadonlyMap<number, LoopEffects> | undefined;
  readonly fresh: FreshLocals | undefined;
  readonly derived: DerivedLocals | undefined;
  /** Locals that constructs write, by the opcode's offset: of those that operands lie below. */
  readonly writesBelow: ReadonlyMap<number, LocalSet> | undefined;
  /** Locals that are not stored before calls; undefined: all are. */
  readonly unkept: LocalSet | undefined;
}
