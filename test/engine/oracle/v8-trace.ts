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
import { ObjectNumbers } from './reference-text.ts';
import type { World } from './scenario.ts';
import { show, stopsToCompare } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import type { StackState, Trace } from './state.ts';

export interface Request {
  readonly [scenario: string]: readonly string[];
}

/** Globals of this process, for the session's code that runs in the paused thread. */
export interface ReferenceTests {
  /** Whether what V8 shows of an exnref is null, which is no value of JavaScript. */
  isNullException(shown: unknown): boolean;
  /** The same for the same object, as long as a scenario runs. */
  numberOf(object: object): number;
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

// (func (export "n") (param externref) (result i32)
//   (ref.is_null (any.convert_extern (local.get 0))))
const nullTest = new WebAssembly.Module(
  Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x6f, 0x01, 0x7f],
    ...[0x03, 0x02, 0x01, 0x00],
    ...[0x07, 0x05, 0x01, 0x01, 0x6e, 0x00, 0x00],
    ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0xfb, 0x1a, 0xd1, 0x0b],
  ),
);
const isNull = new WebAssembly.Instance(nullTest).exports['n'] as (shown: unknown) => number;
const numbers = new ObjectNumbers();
Object.assign(globalThis, {
  isNullException: (shown) => isNull(shown) !== 0,
  numberOf: numbers.of,
} satisfies ReferenceTests);

/**
 * V8's debugger looks up the names of types once, for the modules that are there then, and reads past
 * the end for a type that came later. So all types come first, in copies with one more custom
 * section: V8 takes the same bytes for the same module.
 */
const CUSTOM_SECTION = [0x00, 0x02, 0x01, 0x78];
const copies = Object.values(request)
  .flat()
  .map((base64) => [...Buffer.from(base64, 'base64'), ...CUSTOM_SECTION])
  .map((bytes) => new WebAssembly.Module(Uint8Array.from(bytes)));

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
  numbers.clear();
  const result = show(scenario.run(world));
  session.postMessage('stops');
  answer[name] = { stops: (await message()) as StackState[], result };
}
writeFileSync(answerPath!, JSON.stringify(answer));
// Until here they must not be collected.
copies.length = 0;
await session.terminate();
