/** How much of the heap is alive. */

import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of this thread's heap and of what it holds outside, after a collection. */
export function liveHeap(): number {
  // Twice: finalizers run after the first, and what they let go is collected by the second.
  collect();
  collect();
  const { used_heap_size, external_memory, malloced_memory } = getHeapStatistics();
  return used_heap_size + external_memory + malloced_memory;
}
