/**
 * Debugs a program from TypeScript: counts how often a function is called, and prints the first
 * argument of the deepest call. No component takes part.
 *
 *     node calls.ts PROGRAM.wasm FUNCTION [ARGS...]
 */

import { readFile } from 'node:fs/promises';
import {
  type FrameHandle,
  functionsOf,
  type OpaqueDebugger,
  startDebuggee,
  type WasmValue,
} from 'witness';

const [path, name, ...args] = process.argv.slice(2);
if (path === undefined || name === undefined) {
  console.error('usage: node calls.ts PROGRAM.wasm FUNCTION [ARGS...]');
  process.exit(2);
}

const program = await readFile(path);
await using debuggee = await startDebuggee(program, { name: path, args });
const d = debuggee.debugger;

const target = functionsOf(program).find((f) => f.name === name);
if (target === undefined) throw new Error(`${path} has no function named ${name}`);
const [module] = d.allModules();
d.moduleAddBreakpoint(module!, target.start);

let calls = 0;
let deepest = { depth: 0, locals: [] as WasmValue[] };
for (;;) {
  d.continue_({ kind: 'normal' });
  const event = d.wait();
  if (event === undefined || event.kind === 'complete') break;
  if (event.kind !== 'breakpoint') continue;
  calls++;
  const frames = backtrace(d);
  if (frames.length > deepest.depth) {
    deepest = { depth: frames.length, locals: d.frameLocals(frames[0]!) };
  }
}
d.finish();

const end = await debuggee.ended;
const [argument] = deepest.locals;
console.log(`${name}: ${calls} calls, at most ${deepest.depth} frames deep`);
if (argument?.type === 'i32') console.log(`first argument there: ${argument.value}`);
console.log(`the program ${end.kind}${end.kind === 'exited' ? ` with ${end.status}` : ''}`);

/** The frames of the newest activation, the innermost first. */
function backtrace(d: OpaqueDebugger): FrameHandle[] {
  const frames: FrameHandle[] = [];
  let frame: FrameHandle | undefined = d.exitFrames()[0];
  while (frame !== undefined) {
    frames.push(frame);
    frame = d.frameParent(frame);
  }
  return frames;
}
