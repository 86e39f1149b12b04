/**
 * Where the check of a loop's header is made in a cruise version: behind what each round of an
 * interpreter's loop computes first, if that leads to a `br_table`. What the round before has left in
 * those locals, which nothing else reads, need not be handed on to the header then, just for an exit
 * there: that would be a store for each of them in every round.
 *
 * An interrupt is found a few instructions later, and reported at the header in the next round.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';

/** So many bytes are looked through. */
const MOST_BYTES = 512;

/**
 * The pc of an instruction that every round executes, ahead of which no other than plain ones are;
 * undefined: the check is best at the header.
 *
 * @param start offset of the first instruction in the loop
 * @param end offset behind the function's body
 */
export function delayedCheck(bytes: Uint8Array, start: number, end: number): number | undefined {
  const reader = new InstructionReader(bytes, start, end);
  let found: number | undefined;
  while (reader.next < start + MOST_BYTES && reader.read()) {
    const { op } = reader;
    if (op === Op.brTable) return found;
    if (op === Op.localSet) found = reader.next;
    else if (op !== Op.block && !isPlain(reader)) return undefined;
  }
  return undefined;
}

/** Has no effect on control. */
function isPlain({ op, info }: InstructionReader): boolean {
  if (op === Op.localGet || op === Op.localTee || op === Op.drop || op === Op.select) return true;
  return op === Op.nop || info.results !== undefined;
}
