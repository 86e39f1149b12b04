/**
 * Runs one large program in one way, in a Worker: there the code is Node's own reading of it. What
 * vitest makes of modules is several times slower.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { type DebugModule, Engine } from '../../src/engine/runtime/engine.ts';
import { frameLocals, frameOperands } from '../../src/engine/runtime/frame-values.ts';
import type { Frame } from '../../src/engine/runtime/frames.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { PROGRAMS, type Way } from './large-programs.ts';
import { outcome } from './oracle/scenario.ts';
import { Random } from './random.ts';

export interface LargeRequest {
  /** Key of `PROGRAMS`. */
  readonly program: string;
  readonly way: Way;
}

export interface LargeAnswer {
  /** What plain V8 gave for each call, and a sum of the memory. */
  readonly plain: readonly string[];
  readonly debugged: readonly string[];
  /** Kinds of the events, other than breakpoint. */
  readonly unexpected: readonly string[];
  readonly stops: number;
}

interface Runnable {
  readonly exports: WebAssembly.Exports;
  enter<T>(call: () => T): T;
}

const { program: name, way } = workerData as LargeRequest;
const program = PROGRAMS[name]!;
const bytes = program.make();
const random = new Random(bytes.length);

function run(start: (imports: WebAssembly.Imports) => Runnable): string[] {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports, enter } = start({ e: { memory, g: (n: number) => n + 1 } });
  const f = exports['f'] as (...args: readonly unknown[]) => unknown;
  const results = program.calls.map((args) => outcome(() => enter(() => f(...args))));
  const sum = new Uint32Array(memory.buffer).reduce((s, word) => (Math.imul(s, 31) + word) | 0, 0);
  return [...results, `memory ${sum}`];
}

function begin(engine: Engine, module: DebugModule): 'run' | 'step' {
  if (way === 'breakpoints') {
    const all = pcs(module);
    engine.addBreakpoint(module, all[0]!);
    for (let i = 0; i < 12; i++) engine.addBreakpoint(module, all[random.below(all.length)]!);
  }
  return way === 'steps' ? 'step' : 'run';
}

function goOn(stops: number, frame: Frame, engine: Engine): 'run' | 'step' {
  if (stops % 50 === 1) {
    frameLocals(frame, engine.frameView);
    frameOperands(frame, engine.frameView);
  }
  if (way === 'steps') return stops < program.steps ? 'step' : 'run';
  return random.below(3) === 0 ? 'step' : 'run';
}

/** The pcs of the module's only function. */
function pcs(module: DebugModule): number[] {
  const { bodies } = module.original;
  const { codeStart, end } = bodies[0]!;
  const reader = new InstructionReader(module.original.bytes, codeStart, end);
  const found: number[] = [];
  while (reader.read()) found.push(reader.pc);
  return found;
}

function answer(): LargeAnswer {
  const plain = run((imports) => ({
    exports: new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports,
    enter: (call) => call(),
  }));
  let stops = 0;
  const unexpected: string[] = [];
  const engine = new Engine({
    memory: createDebugMemory(),
    onStop: ({ kind }) => {
      stops++;
      if (kind !== 'breakpoint') unexpected.push(kind);
      engine.resume(goOn(stops, engine.activations()[0]![0]!, engine));
    },
  });
  const module = engine.loadModule(bytes);
  const debugged = run((imports) => {
    const { exports } = engine.instantiate(module, imports);
    engine.resume(begin(engine, module));
    return { exports, enter: (call) => engine.enter(call) };
  });
  return { plain, debugged, unexpected, stops };
}

parentPort!.postMessage(answer());
