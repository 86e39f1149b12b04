/** From pairs of (offset in a body, pc), the map from offsets in its module to pcs. */
export function positionMap(pairs: readonly number[], bodyOffset: number): Map<number, number> {
  const map = new Map<number, number>();
  for (let i = 0; i < pairs.length; i += 2) map.set(bodyOffset + pairs[i]!, pairs[i + 1]!);
  return map;
}
