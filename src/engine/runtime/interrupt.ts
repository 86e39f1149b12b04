/**
 * Asking a running program to stop, from any thread that has the debug memory. The program finds
 * out at its next check: the limit of everything that runs becomes LEAVES.
 */
import { INTERRUPT, LEAVES, LIMIT_COUNT, LIMITS } from '../instrument/layout.ts';

export function requestInterrupt(memory: WebAssembly.Memory): void {
  const words = new Int32Array(memory.buffer);
  // The request first: whoever restores limits at this moment looks at it afterwards.
  Atomics.store(words, INTERRUPT >> 2, 1);
  const count = Atomics.load(words, LIMIT_COUNT >> 2);
  const first = LIMITS >> 2;
  for (let i = first; i < first + count; i++) Atomics.store(words, i, LEAVES);
}
