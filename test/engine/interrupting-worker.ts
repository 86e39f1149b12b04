/** Worker entry: interrupts a program in another thread once it says that it is running. */
import { parentPort, workerData } from 'node:worker_threads';
import { requestInterrupt } from '../../src/engine/runtime/interrupt.ts';

const { memory, flag } = workerData as { memory: WebAssembly.Memory; flag: Int32Array };
parentPort!.postMessage('waiting');
Atomics.wait(flag, 0, 0);
requestInterrupt(memory);
