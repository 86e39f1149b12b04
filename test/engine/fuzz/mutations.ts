/**
 * Modules that are damaged: bytes changed, taken out, doubled, or cut off. Most are invalid, and the
 * engine must refuse those as V8 does.
 */
import type { Random } from '../random.ts';

const MOST_CHANGES = 3;

export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const result = Array.from(bytes);
  for (let n = 1 + random.below(MOST_CHANGES); n > 0; n--) {
    // The preamble has one way only to be right.
    const at = 8 + random.below(Math.max(1, result.length - 8));
    switch (random.below(8)) {
      case 0:
        result.length = at;
        break;
      case 1:
        result.splice(at, 1 + random.below(4));
        break;
      case 2:
        result.splice(at, 0, ...result.slice(at, at + 1 + random.below(8)));
        break;
      case 3:
        result[at] = random.below(256);
        break;
      case 4:
        result[at] = (result[at]! + 1) & 0xff;
        break;
      default:
        result[at] = result[at]! ^ (1 << random.below(8));
    }
  }
  return Uint8Array.from(result);
}
