/**
 * The counted loops of the `loops` profile, and where their addresses lie: arguments are chosen so
 * that the first, a middle or the last iteration touches the very end of a memory.
 */
import type { Random } from '../random.ts';

export type Width = 32 | 64;

export type Comparison =
  | 'ne'
  | 'lt_s'
  | 'lt_u'
  | 'le_s'
  | 'le_u'
  | 'gt_s'
  | 'gt_u'
  | 'ge_s'
  | 'ge_u';

/**
 * - `do`: the body, then the test;
 * - `guarded`: a test before the loop besides, as compilers rotate loops;
 * - `while`: the test first, and an unconditional branch back;
 * - `stack`: like `do`, the counter being the loop's parameter.
 */
export type Form = 'do' | 'guarded' | 'while' | 'stack';

/** A loop goes on while `counter comparison end`, the counter having had `step` added. */
export interface Counting {
  readonly width: Width;
  readonly form: Form;
  readonly comparison: Comparison;
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
  /** Iterations that it does if nothing in its body ends it. */
  readonly trips: number;
}

/** An access in a loop: its address is `base + constant + scale * counter`, or `base + stride * n`. */
export interface Access {
  readonly scale: bigint;
  /** Of the pointer that goes along with the counter; undefined: the counter itself is scaled. */
  readonly stride: bigint | undefined;
  readonly constant: bigint;
  readonly offset: bigint;
  readonly bytes: bigint;
}

/** Iterations that still can be stepped through, a few times over. */
const FEW = 6;
/** About here an optimizer may cut loops into pieces. */
const MANY = [31, 33, 255, 257, 1023, 1024, 1025, 2049];

const FORMS: readonly Form[] = ['do', 'guarded', 'guarded', 'while', 'stack'];
const COMPARISONS: readonly Comparison[] = [
  'ne',
  'ne',
  'lt_s',
  'lt_u',
  'lt_u',
  'le_s',
  'le_u',
  'gt_s',
  'gt_u',
  'ge_s',
  'ge_u',
];
const STEPS = [1n, 1n, 1n, 2n, 3n, 4n, 8n, 16n, -1n, -1n, -4n, -8n, 0x1000n, 1n << 30n, 1n << 31n];

/** A loop that ends by itself; all that is constant about it, since its function is made for it. */
export function countedLoop(width: Width, random: Random): Counting {
  for (;;) {
    const form = pick(FORMS, random);
    const comparison = pick(COMPARISONS, random);
    const step = pick(STEPS, random);
    const counting = counts(width, form, comparison, step, random);
    if (counting !== undefined) return counting;
  }
}

/** Other numbers for the same loop; undefined if none are found soon. */
export function counts(
  width: Width,
  form: Form,
  comparison: Comparison,
  step: bigint,
  random: Random,
): Counting | undefined {
  const limit = 1n << BigInt(width);
  const starts = [0n, 0n, 1n, 5n, 100n, limit - 3n, limit / 2n - 2n, limit / 2n, limit - 64n];
  for (let attempt = 0; attempt < 10; attempt++) {
    const wanted = random.below(30) === 0 ? pick(MANY, random) : random.below(FEW + 1);
    const start = pick(starts, random);
    // Now and then not a multiple of the step, or on the wrong side of the start.
    const off = random.below(4) === 0 ? BigInt(random.below(5)) - 2n : 0n;
    const end = BigInt.asUintN(width, start + BigInt(wanted) * step + off);
    const bare = { width, form, comparison, start, end, step };
    const trips = tripsOf(bare, Math.max(wanted + 4, FEW));
    if (trips !== undefined) return { ...bare, trips };
  }
  return undefined;
}

/** Undefined if there are more than `most`. */
function tripsOf(counting: Omit<Counting, 'trips'>, most: number): number | undefined {
  const { width, form, comparison, end, step } = counting;
  let counter = BigInt.asUintN(width, counting.start);
  let trips = 0;
  if (form === 'guarded' || form === 'while') {
    if (!holds(comparison, counter, end, width)) return 0;
  }
  do {
    if (++trips > most) return undefined;
    counter = BigInt.asUintN(width, counter + step);
  } while (holds(comparison, counter, end, width));
  return trips;
}

function holds(comparison: Comparison, a: bigint, b: bigint, width: Width): boolean {
  const signed = comparison.endsWith('_s');
  const x = signed ? BigInt.asIntN(width, a) : BigInt.asUintN(width, a);
  const y = signed ? BigInt.asIntN(width, b) : BigInt.asUintN(width, b);
  switch (comparison) {
    case 'ne':
      return x !== y;
    case 'lt_s':
    case 'lt_u':
      return x < y;
    case 'le_s':
    case 'le_u':
      return x <= y;
    case 'gt_s':
    case 'gt_u':
      return x > y;
    default:
      return x >= y;
  }
}

/**
 * The base with which an access ends where a memory of so many bytes does, or a few bytes off, in one
 * of the iterations; or any other base.
 *
 * @param width - of the memory's addresses
 */
export function baseFor(
  { start, step, trips }: Counting,
  accesses: readonly Access[],
  memory: bigint,
  width: Width,
  random: Random,
): bigint {
  const access = accesses[random.below(accesses.length)];
  const limit = 1n << BigInt(width);
  if (access === undefined || random.below(5) === 0) {
    const bases = [0n, 16n, 1000n, memory - 16n, memory, limit - 1n, limit - 16n, limit / 2n];
    return pick(bases, random);
  }
  const last = Math.max(trips - 1, 0);
  const iteration = BigInt(pick([0, last, last, last + 1, Math.floor(last / 2)], random));
  const moved =
    access.stride === undefined
      ? access.scale * BigInt.asUintN(width, start + iteration * step)
      : access.stride * iteration;
  const delta = pick([0n, 0n, 1n, -1n, -64n], random);
  const end = memory + delta;
  return BigInt.asUintN(width, end - access.bytes - access.offset - access.constant - moved);
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!;
}
