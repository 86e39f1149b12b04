/**
 * Which instructions do nothing but compute: after one of them the same frame is innermost and its
 * callers are where they were, and that is so at once.
 */

/** `drop` is the first opcode behind all that branch, call, return or throw. */
const FIRST_PLAIN = 0x1a;
/** Prefix of atomic instructions, of which some wait. */
const ATOMIC = 0xfe;
/** Branches on references. */
const BRANCHES = [0xd5, 0xd6];

/** @param opcode the first byte of an instruction; undefined if there is none */
export function isPlain(opcode: number | undefined): boolean {
  if (opcode === undefined || opcode < FIRST_PLAIN) return false;
  return opcode !== ATOMIC && !BRANCHES.includes(opcode);
}
