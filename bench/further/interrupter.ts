/** A thread that interrupts the program some milliseconds after it was told of the number. */
import { parentPort, workerData } from 'node:worker_threads';
import { requestInterrupt } from '../../src/engine/runtime/interrupt.ts';

const memory = workerData as WebAssembly.Memory;
parentPort!.on('message', (ms: number) => setTimeout(() => requestInterrupt(memory), ms));
