/** A program under the engine in the test's own thread, with its stops written down. */
import { parse } from '@bytecodealliance/jco';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import {
  type DebugInstance,
  type DebugModule,
  Engine,
  type EngineOptions,
  type Resumption,
  type StopEvent,
} from '../../src/engine/runtime/engine.ts';
import { frameLocals, frameOperands } from '../../src/engine/runtime/frame-values.ts';
import type { Frame } from '../../src/engine/runtime/frames.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { valueText } from './oracle/engine-trace.ts';

export interface FrameView {
  readonly instance: DebugInstance;
  /** Function index, imports first. */
  readonly func: number;
  readonly pc: number;
  /** The instruction at the frame's pc. */
  readonly at: string;
  /** `i32:0000002a`: type and bits. */
  readonly locals: readonly string[];
  readonly operands: readonly string[];
}

export interface Stop {
  readonly event: StopEvent['kind'];
  readonly detail: StopEvent;
  /** Activations, newest first. */
  readonly activations: readonly (readonly FrameView[])[];
  /** The innermost frame. */
  readonly top: FrameView;
}

export type Onward = 'run' | 'step' | readonly [how: 'run' | 'step', Resumption];
export type OnStop = (stop: Stop, debuggee: Debuggee) => Onward;

export class Debuggee {
  readonly memory: WebAssembly.Memory = createDebugMemory();
  readonly engine: Engine;
  readonly stops: Stop[] = [];

  /** @param onStop - how to go on after each stop; without it: always run */
  constructor(
    onStop: OnStop = () => 'run',
    options: Pick<EngineOptions, 'traps' | 'codeLimits'> = {},
  ) {
    this.engine = new Engine({
      ...options,
      memory: this.memory,
      onStop: (event) => {
        const stop = this.#describe(event);
        this.stops.push(stop);
        const onward = onStop(stop, this);
        if (typeof onward === 'string') this.engine.resume(onward);
        else this.engine.resume(...onward);
      },
    });
  }

  /** Calls an export from the embedder. */
  call(instance: DebugInstance, name: string, ...args: unknown[]): unknown {
    const f = instance.exports[name] as (...args: unknown[]) => unknown;
    return this.engine.enter(() => f(...args));
  }

  #describe(detail: StopEvent): Stop {
    const activations = this.engine.activations().map((frames) => frames.map(this.#view));
    return {
      event: detail.kind,
      detail,
      activations,
      // A failing instantiation may have no frame at all.
      get top() {
        const newest = activations[0]?.[0];
        if (newest === undefined) throw new Error(`${detail.kind} without a frame`);
        return newest;
      },
    };
  }

  readonly #view = (frame: Frame): FrameView => ({
    instance: frame.instance,
    func: frame.fn.index,
    pc: frame.pc,
    at: nameAt(frame.instance.module, frame.pc),
    locals: frameLocals(frame, this.engine.frameView).map(valueText),
    operands: frameOperands(frame, this.engine.frameView).map(valueText),
  });
}

export async function assemble(text: string): Promise<Uint8Array> {
  try {
    return await parse(text);
  } catch (error) {
    throw new Error(`${(error as { payload?: unknown }).payload ?? error}`, { cause: error });
  }
}

export interface InstructionAt {
  readonly name: string;
  readonly pc: number;
  readonly next: number;
  /** Function index, imports first. */
  readonly func: number;
}

/** Each stop asks for a name in every frame: the modules are read once. */
const read = new WeakMap<DebugModule, readonly InstructionAt[]>();
const namesByPc = new WeakMap<DebugModule, ReadonlyMap<number, string>>();

/** All instructions of a module's functions, in their order. */
export function instructions(module: DebugModule): readonly InstructionAt[] {
  let known = read.get(module);
  if (known === undefined) {
    known = readInstructions(module);
    read.set(module, known);
  }
  return known;
}

function readInstructions(module: DebugModule): InstructionAt[] {
  const { bodies, bytes } = module.original;
  return bodies.flatMap(({ codeStart, end, funcIndex }) => {
    const reader = new InstructionReader(bytes, codeStart, end);
    const found: InstructionAt[] = [];
    while (reader.read()) {
      found.push({ name: reader.info.name, pc: reader.pc, next: reader.next, func: funcIndex });
    }
    return found;
  });
}

/** The pc of an instruction by its name and number among those of that name. */
export function pcOf(module: DebugModule, name: string, number = 0): number {
  const found = instructions(module).filter((instruction) => instruction.name === name)[number];
  if (found === undefined) throw new Error(`no ${name} number ${number}`);
  return found.pc;
}

function nameAt(module: DebugModule, pc: number): string {
  let names = namesByPc.get(module);
  if (names === undefined) {
    names = new Map(instructions(module).map((instruction) => [instruction.pc, instruction.name]));
    namesByPc.set(module, names);
  }
  return names.get(pc) ?? 'nothing';
}

/** Names of the instructions that the innermost frames were stopped at. */
export function path(stops: readonly Stop[]): string {
  return stops.map(({ top }) => top.at).join(' ');
}

/** `i32:0000002a` for numbers, as stops have it. */
export function i32(value: number): string {
  return `i32:${(value >>> 0).toString(16).padStart(8, '0')}`;
}

export function i64(value: bigint): string {
  return `i64:${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`;
}
