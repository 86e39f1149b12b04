/** Worker entry, for a stack larger than the test's own: references in a recursion. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { Debuggee, pcOf } from './debuggee.ts';

export interface ReferencesRequest {
  readonly bytes: Uint8Array;
  readonly depth: number;
}

export interface ReferencesAnswer {
  /** Frames of the innermost activation at each stop. */
  readonly frames: readonly number[];
  /** How many references the program gave back that were not what it had been given. */
  readonly wrong: number;
  readonly checked: number;
  /** Bytes of the debug memory before and after. */
  readonly memory: readonly [number, number];
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const { bytes, depth } = workerData as ReferencesRequest;
let checked = 0;
let wrong = 0;
const host = {
  make: (n: number) => ({ n }),
  check: (object: { n: number }, n: number) => {
    checked++;
    if (object.n !== n) wrong++;
  },
};
const debuggee = new Debuggee(() => {
  collect();
  return 'run';
});
const { engine, memory } = debuggee;
const module = engine.loadModule(bytes);
const instance = engine.instantiate(module, { host });
engine.addBreakpoint(module, pcOf(module, 'nop'));
const before = memory.buffer.byteLength;
debuggee.call(instance, 'f', depth);
const answer: ReferencesAnswer = {
  frames: debuggee.stops.map(({ activations }) => activations[0]!.length),
  wrong,
  checked,
  memory: [before, memory.buffer.byteLength],
};
parentPort!.postMessage(answer);
