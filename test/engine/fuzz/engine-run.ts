/** Runs a random program under the engine, with every stop told in a form that can be compared. */
import { CODE_LIMITS, type CodeLimits } from '../../../src/engine/instrument/code-limits.ts';
import { createDebugMemory } from '../../../src/engine/runtime/debug-memory.ts';
import { type DebugModule, Engine, type StopEvent } from '../../../src/engine/runtime/engine.ts';
import { frameLocals, frameOperands } from '../../../src/engine/runtime/frame-values.ts';
import type { Frame } from '../../../src/engine/runtime/frames.ts';
import type { Resumption } from '../../../src/engine/runtime/resumption.ts';
import { valueText } from '../oracle/engine-trace.ts';
import { type Scenario, show } from '../oracle/scenario.ts';
import { exercise } from './exercised.ts';

/** Frames of a stop that are told of, the newest: recursion goes deep. */
const FRAMES = 3;

export interface Stop {
  readonly event: StopEvent['kind'];
  readonly detail: StopEvent;
  /** Byte offset in the original module; undefined if nothing runs: a segment was out of bounds. */
  readonly pc: number | undefined;
  /** The event, how deep the program is, and the newest frames with their values. */
  readonly text: string;
  readonly frames: readonly Frame[];
}

export interface Driver {
  readonly engine: Engine;
  readonly module: DebugModule;
}

/** What a debugger throws to end the program then and there. */
export class GivenUp extends Error {
  override name = 'GivenUp';
}

export type How = 'run' | 'step';

export interface Debugger {
  /** Called with the module loaded, before any code has run; says how to begin. */
  begin(driver: Driver): How;
  /** Called at every stop; says how to go on. What it throws ends the run, once it has ended. */
  stopped(stop: Stop, driver: Driver): How | readonly [How, Resumption];
  /** Called before every host function that the program calls. */
  hostCalled?(driver: Driver): void;
}

/**
 * @returns what the scenario returned
 * @throws what the debugger has thrown: a program may catch anything that is thrown at a stop
 */
export function runUnder(
  scenario: Scenario,
  bytes: Uint8Array,
  made: Debugger,
  traps: 'exact' | 'native' = 'exact',
  codeLimits: CodeLimits = CODE_LIMITS,
): string {
  let failure: { readonly error: unknown } | undefined;
  const engine = new Engine({
    memory: createDebugMemory(),
    traps,
    codeLimits,
    onStop: (event) => {
      try {
        const how = made.stopped(stopOf(engine, event), driver);
        if (typeof how === 'string') engine.resume(how);
        else engine.resume(...how);
      } catch (error) {
        failure ??= { error };
        if (error instanceof GivenUp) throw error;
        engine.detach();
      }
    },
  });
  const driver = { engine, module: engine.loadModule(bytes) };
  engine.resume(made.begin(driver));
  const result = show(
    scenario.run({
      instantiate: (_, imports) =>
        engine.instantiate(
          driver.module,
          watched(imports, () => made.hostCalled?.(driver)),
        ).exports,
      enter: (call) => engine.enter(call),
    }),
  );
  if (failure !== undefined) throw failure.error;
  return result;
}

/** The imports with something done before each call of a function. */
function watched(
  imports: WebAssembly.Imports | undefined,
  before: () => void,
): WebAssembly.Imports {
  const watch = (value: WebAssembly.ImportValue): WebAssembly.ImportValue => {
    if (typeof value !== 'function') return value;
    const call = value as (...args: unknown[]) => unknown;
    return (...args: unknown[]) => {
      before();
      return call(...args);
    };
  };
  const modules = Object.entries(imports ?? {}).map(([name, module]) => {
    const values = Object.entries(module).map(([key, value]) => [key, watch(value)] as const);
    return [name, Object.fromEntries(values)] as const;
  });
  return Object.fromEntries(modules);
}

/** Reads the program's state only as far as it is asked for: stops are many. */
function stopOf(engine: Engine, event: StopEvent): Stop {
  exercise(`event ${event.kind}`);
  let known: readonly Frame[] | undefined;
  return {
    event: event.kind,
    detail: event,
    get frames() {
      known ??= engine.activations().flat();
      return known;
    },
    get pc() {
      return this.frames[0]?.pc;
    },
    get text() {
      const shape = engine.activations().map(({ length }) => length);
      const texts = this.frames.slice(0, FRAMES).map((frame) => frameText(engine, frame));
      return `${event.kind} ${shape.join('+')} ${texts.join('\n  called by ')}`;
    },
  };
}

function frameText(engine: Engine, { fn, ...frame }: Frame): string {
  if (!frame.exact) return `${fn.index}@${frame.pc}, inexact`;
  const locals = frameLocals({ fn, ...frame }, engine.frameView).map(valueText);
  const operands = frameOperands({ fn, ...frame }, engine.frameView).map(valueText);
  return `${fn.index}@${frame.pc} locals(${locals.join(' ')}) operands(${operands.join(' ')})`;
}
