/** Figures of several rounds. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that a share of all does not exceed; `share` from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

export function minimum(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}

/** Of ratios: twice as slow and twice as fast cancel out. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** How far a typical round is above the best one, as a share of it. */
export function spread(values: readonly number[]): number {
  return median(values) / minimum(values) - 1;
}

/** Whether the best round is no accident: two more are within a share of it. */
export function isRepeated(values: readonly number[], share: number): boolean {
  const [best, , third] = values.toSorted((a, b) => a - b);
  return third !== undefined && third <= best! * (1 + share);
}
