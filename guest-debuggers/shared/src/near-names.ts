/** Suggestions for a name that matches nothing. */

/**
 * The candidates most like `wanted`, best first: those that contain it (or are contained in it),
 * whatever the case of their letters, and those at a small edit distance.
 */
export function nearest(wanted: string, candidates: Iterable<string>, limit: number): string[] {
  const lower = wanted.toLowerCase();
  // A third of the name may be wrong: more, and short names match everything.
  const tolerance = Math.ceil(wanted.length / 3);
  const scored: { name: string; score: number }[] = [];
  for (const name of new Set(candidates)) {
    const other = name.toLowerCase();
    let score = distance(lower, other, tolerance);
    if (score > tolerance && lower.length > 2 && other.includes(lower)) {
      // After every misspelling, the least surplus first.
      score = tolerance + other.length - lower.length;
    }
    if (score <= tolerance || (lower.length > 2 && other.includes(lower))) {
      scored.push({ name, score });
    }
  }
  scored.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  return scored.slice(0, limit).map(({ name }) => name);
}

/** The Levenshtein distance, or something above `limit` when it is above `limit`. */
function distance(a: string, b: string, limit: number): number {
  // Modules have tens of thousands of names: most are ruled out by their length alone.
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const cost = Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    previous = row;
  }
  return previous[b.length] ?? limit + 1;
}
