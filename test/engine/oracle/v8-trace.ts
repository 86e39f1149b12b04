/**
 * Runs the scenarios as plain WebAssembly and writes down what V8's own debugger shows at every
 * instruction. A process of its own, because V8 debugs all of a thread: the main thread runs the
 * scenarios, a Worker holds the inspector session (`v8-session.ts`).
 *
 *     node v8-trace.ts <request.json> <answer.json>
 *
 * The request has, by scenario name, the modules' bytes in base64.
 */
import { on } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { World } from './scenario.ts';
import { show, stopsToCompare } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import type { StackState, Trace } from './state.ts';

export interface Request {
  readonly [scenario: string]: readonly string[];
}

export interface Answer {
  readonly [scenario: string]: Trace;
}

const [requestPath, answerPath] = process.argv.slice(2);
const request: Request = JSON.parse(readFileSync(requestPath!, 'utf8'));
const session = new Worker(new URL('./v8-session.ts', import.meta.url));
const messages = on(session, 'message');
const message = async (): Promise<unknown> => (await messages.next()).value![0];
const answer: Record<string, Trace> = {};

await message();
for (const scenario of scenarios) {
  const { name } = scenario;
  const modules = request[name];
  if (modules === undefined) continue;
  const compiled: WebAssembly.Module[] = [];
  for (const [number, base64] of modules.entries()) {
    // The session sets its breakpoints when the script appears; the module runs after that.
    session.postMessage({ expect: base64, number, stops: stopsToCompare(scenario) });
    await message();
    compiled.push(new WebAssembly.Module(Uint8Array.from(Buffer.from(base64, 'base64'))));
    await message();
  }
  const world: World = {
    instantiate: (module, imports) => new WebAssembly.Instance(compiled[module]!, imports).exports,
  };
  const result = show(scenario.run(world));
  session.postMessage('stops');
  answer[name] = { stops: (await message()) as StackState[], result };
}
writeFileSync(answerPath!, JSON.stringify(answer));
await session.terminate();
