/**
 * Binary data in packets: `#`, `$`, `}` and `*` are written as `}` and the byte with bit 5 flipped
 * (GDB manual, "Overview", on binary data; `*` because in a reply it would begin a run length).
 */

const ESCAPE = 0x7d;
const FLIP = 0x20;
const SPECIAL = [0x23, 0x24, ESCAPE, 0x2a] as const;

export function escapeBinary(bytes: Uint8Array): Uint8Array {
  // Searched natively, and copied in pieces: this code is interpreted, and a module has megabytes.
  const next: number[] = SPECIAL.map((special) => indexOrEnd(bytes, special, 0));
  const out = new Uint8Array(bytes.length * 2);
  let length = 0;
  let from = 0;
  for (;;) {
    const at = Math.min(next[0]!, next[1]!, next[2]!, next[3]!);
    const piece = bytes.subarray(from, at);
    out.set(piece, length);
    length += piece.length;
    if (at === bytes.length) return out.subarray(0, length);
    const special = bytes[at]!;
    out[length++] = ESCAPE;
    out[length++] = special ^ FLIP;
    from = at + 1;
    next[SPECIAL.indexOf(special as 0x23)] = indexOrEnd(bytes, special, from);
  }
}

function indexOrEnd(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 ? bytes.length : at;
}

/** Undefined if the last byte is an escape with nothing behind it. */
export function unescapeBinary(bytes: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let from = 0;
  for (;;) {
    const at = indexOrEnd(bytes, ESCAPE, from);
    const piece = bytes.subarray(from, at);
    out.set(piece, length);
    length += piece.length;
    if (at === bytes.length) return out.subarray(0, length);
    const escaped = bytes[at + 1];
    if (escaped === undefined) return undefined;
    out[length++] = escaped ^ FLIP;
    from = at + 2;
  }
}
