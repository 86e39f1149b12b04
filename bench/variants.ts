/**
 * The ways to run a program that are compared. Each has a process of its own: V8's debugger and the
 * choice of compilers are properties of a process, and V8 shares code between equal modules.
 */
import { CODE_LIMITS } from '../src/engine/instrument/code-limits.ts';
import { optimizerFlags } from '../src/engine/runtime/optimizer-flags.ts';

export interface Variant {
  readonly name: VariantName;
  readonly title: string;
  /** Flags of Node for its process. */
  readonly flags: readonly string[];
}

export type VariantName =
  | 'plain'
  | 'identity'
  | 'dummies'
  | 'exact'
  | 'native'
  | 'v8debugger'
  | 'liftoff';

export const VARIANTS: readonly Variant[] = [
  { name: 'plain', title: 'plain V8', flags: [] },
  { name: 'identity', title: 'rewritten, unchanged', flags: [] },
  { name: 'dummies', title: 'plain V8, optimizing alike', flags: engineFlags() },
  { name: 'exact', title: 'Witness, exact', flags: [] },
  { name: 'native', title: 'Witness, --traps native', flags: [] },
  { name: 'v8debugger', title: "V8's debugger", flags: [] },
  { name: 'liftoff', title: 'Liftoff only', flags: ['--liftoff-only'] },
];

export function variant(name: string): Variant {
  const found = VARIANTS.find((v) => v.name === name);
  if (found === undefined) {
    throw new Error(`no variant '${name}': there are ${VARIANTS.map((v) => v.name).join(', ')}`);
  }
  return found;
}

/** Those that the engine sets. */
function engineFlags(): string[] {
  return optimizerFlags(CODE_LIMITS).map(([name, value]) => `--${name}=${value}`);
}
