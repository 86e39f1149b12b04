/** Programs near what V8 accepts at most, each one function `f` of an i32. */
import { MAX_BODY_BYTES, MAX_LOCALS } from '../../src/engine/instrument/code-limits.ts';
import { deepBlocks, largeTable, longBody } from './large-code.ts';
import { deepOperands, manyLocals, manyReferences, wideSignature } from './large-values.ts';

export const WAYS = ['cruise', 'steps', 'breakpoints'] as const;
export type Way = (typeof WAYS)[number];

export interface Large {
  readonly make: () => Uint8Array<ArrayBuffer>;
  readonly calls: readonly (readonly unknown[])[];
  /** How many steps to take, at most. */
  readonly steps: number;
  /** In which ways it is run; in all of them if this is left out. */
  readonly ways?: readonly Way[];
}

const WIDTH = 1000;
/** Arguments for `wideSignature`: i32, then i32, f64 and i64 in turn. */
const wide = (first: number) => [
  first,
  ...Array.from({ length: WIDTH - 1 }, (_, i) => ((i + 1) % 3 === 0 ? BigInt(-i) : i)),
];

export const PROGRAMS: Readonly<Record<string, Large>> = {
  [`${MAX_LOCALS} locals`]: { make: () => manyLocals(), calls: [[3], [-9]], steps: 1000 },
  'as many locals that are references': {
    make: () => manyReferences(),
    calls: [['a value', null]],
    steps: 1000,
  },
  '800 operands': { make: () => deepOperands(800), calls: [[5], [-1]], steps: 6000 },
  '10,000 operands': { make: () => deepOperands(10_000), calls: [[5]], steps: 300 },
  '5,000 blocks inside each other': {
    make: () => deepBlocks(5000),
    calls: [[4000], [0], [5000]],
    steps: 2000,
  },
  'a br_table with 65,520 targets': {
    make: () => largeTable(65_520),
    calls: [[0], [1], [65_519], [70_000]],
    steps: 100,
  },
  '1000 parameters and results': {
    make: () => wideSignature(WIDTH),
    calls: [wide(1), wide(0)],
    steps: 3000,
  },
  'a body of 500 KB': { make: () => longBody(500_000, 3), calls: [[77]], steps: 500 },
  // Its cruise version would be larger than V8 takes, and so consists of the entry alone.
  'a body of 4 MB': {
    make: () => longBody(4_000_000, 1),
    calls: [[77]],
    steps: 300,
    ways: ['steps', 'breakpoints'],
  },
  // As large as V8 takes. Each stop in it costs seconds, and finds nothing but what 4 MB have.
  'a body of 7.6 MB': {
    make: () => longBody(MAX_BODY_BYTES, 1),
    calls: [[77]],
    steps: 0,
    ways: ['cruise'],
  },
};
