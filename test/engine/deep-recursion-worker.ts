/** Worker entry, for a stack larger than the test's own: recursions under the engine. */
import { parentPort, workerData } from 'node:worker_threads';
import { Debuggee, pcOf } from './debuggee.ts';

export interface DeepRequest {
  readonly bytes: Uint8Array;
  readonly depth: number;
}

/** What the innermost stop at `nop` showed: of each frame, newest first, its locals. */
export interface DeepAnswer {
  readonly locals: readonly (readonly string[])[];
  readonly operands: readonly (readonly string[])[];
  readonly result: unknown;
  /** Bytes of the debug memory before and after. */
  readonly memory: readonly [number, number];
}

const { bytes, depth } = workerData as DeepRequest;
const debuggee = new Debuggee(() => 'run');
const module = debuggee.engine.loadModule(bytes);
debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'));
const instance = debuggee.engine.instantiate(module);
const before = debuggee.memory.buffer.byteLength;
const result = debuggee.call(instance, 'f', depth);
const frames = debuggee.stops.at(-1)!.activations[0]!;
const answer: DeepAnswer = {
  locals: frames.map(({ locals }) => locals),
  operands: frames.map(({ operands }) => operands),
  result,
  memory: [before, debuggee.memory.buffer.byteLength],
};
parentPort!.postMessage(answer);
