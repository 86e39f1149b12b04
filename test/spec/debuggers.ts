/**
 * The debuggers under which scripts run. None changes the program, so that every result must be as
 * without them; what they check at stops themselves they throw.
 */
import type { DebugModule, Engine, StopEvent } from '../../src/engine/runtime/engine.ts';
import { frameLocals, frameOperands } from '../../src/engine/runtime/frame-values.ts';
import type { Frame } from '../../src/engine/runtime/frames.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import type { Random } from './random.ts';

export interface Debugger {
  /** It has asked for a stop at the next instruction when it last let the program go. */
  readonly stepping: boolean;
  /** After a module has been loaded. */
  loaded(engine: Engine, module: DebugModule): void;
  /** Before each call into the program. */
  before(engine: Engine): void;
  /** At each stop; says how to go on. */
  stopped(engine: Engine, event: StopEvent): void;
}

/** No debugger at all: only traps and throws may stop the program. */
export class Cruise implements Debugger {
  readonly stepping = false;

  loaded(): void {}

  before(engine: Engine): void {
    engine.resume('run');
  }

  stopped(engine: Engine, event: StopEvent): void {
    if (event.kind !== 'trap' && event.kind !== 'exception') {
      throw new Error(`stopped for no reason: ${event.kind}`);
    }
    engine.resume('run');
  }
}

/** Stops of one call that are stepped: some loops of the suite run for millions of instructions. */
const MAX_STEPS = 20_000;
/** Stops of one call at which the frames are read, at least 6 us each. */
const MAX_LOOKS = 40;

/** Stops before every instruction. */
export class Stepping implements Debugger {
  stepping = true;
  #stops = 0;

  loaded(): void {}

  before(engine: Engine): void {
    this.#stops = 0;
    this.#resume(engine);
  }

  stopped(engine: Engine, event: StopEvent): void {
    if (event.kind === 'interrupted') throw new Error('interrupted, and nobody asked for it');
    this.#stops++;
    if (this.#stops < MAX_LOOKS) look(engine, event);
    this.#resume(engine);
  }

  #resume(engine: Engine): void {
    this.stepping = this.#stops < MAX_STEPS;
    engine.resume(this.stepping ? 'step' : 'run');
  }
}

/** Stops of one call in which the random debugger does something; then it lets the program go. */
const MAX_RANDOM_STOPS = 3000;

/** Interrupts, breakpoints and steps as chance will have it. */
export class Erratic implements Debugger {
  stepping = false;
  readonly #random: Random;
  #stops = 0;
  #breakpoints: { module: DebugModule; pc: number }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  loaded(engine: Engine, module: DebugModule): void {
    const count = this.#random.below(4);
    for (let i = 0; i < count; i++) this.#addBreakpoint(engine, module);
  }

  before(engine: Engine): void {
    this.#stops = 0;
    if (this.#random.chance(0.5)) engine.interrupt();
    if (this.#random.chance(0.2)) this.#addBreakpoint(engine, this.#anyModule(engine));
    this.#resume(engine, this.#random.chance(0.2));
  }

  stopped(engine: Engine, event: StopEvent): void {
    this.#stops++;
    if (event.kind === 'breakpoint' && !this.stepping) this.#requireBreakpoint(engine);
    if (this.#stops < MAX_LOOKS) look(engine, event);
    if (this.#stops > MAX_RANDOM_STOPS) {
      this.#clear(engine);
      this.#resume(engine, false);
      return;
    }
    if (this.#random.chance(0.3)) engine.interrupt();
    if (this.#random.chance(0.05)) this.#addBreakpoint(engine, this.#anyModule(engine));
    if (this.#random.chance(0.1)) this.#removeBreakpoint(engine);
    this.#resume(engine, this.#random.chance(0.3));
  }

  #resume(engine: Engine, step: boolean): void {
    this.stepping = step;
    engine.resume(step ? 'step' : 'run');
  }

  #anyModule(engine: Engine): DebugModule | undefined {
    return engine.modules[this.#random.below(engine.modules.length)];
  }

  /** At any byte of any function: offsets between instructions are to slip forward. */
  #addBreakpoint(engine: Engine, module: DebugModule | undefined): void {
    const bodies = module?.original.bodies ?? [];
    const body = bodies[this.#random.below(bodies.length)];
    if (module === undefined || body === undefined) return;
    const pc = body.localsStart + this.#random.below(body.end - body.localsStart);
    if (!engine.addBreakpoint(module, pc)) throw new Error(`no breakpoint at ${pc}`);
    this.#breakpoints.push({ module, pc });
  }

  #removeBreakpoint(engine: Engine): void {
    const [breakpoint] = this.#breakpoints.splice(this.#random.below(this.#breakpoints.length), 1);
    if (breakpoint === undefined) return;
    if (!engine.removeBreakpoint(breakpoint.module, breakpoint.pc)) {
      throw new Error(`no breakpoint to take away at ${breakpoint.pc}`);
    }
  }

  #clear(engine: Engine): void {
    for (const { module, pc } of this.#breakpoints) engine.removeBreakpoint(module, pc);
    this.#breakpoints = [];
  }

  #requireBreakpoint(engine: Engine): void {
    const frame = engine.activations()[0]?.[0];
    if (frame === undefined) throw new Error('stopped without a frame');
    if (frame.instance.module.breakpoints.has(frame.pc)) return;
    throw new Error(`stopped at ${frame.pc}, where no breakpoint is`);
  }
}

/** Reads all that a debugger can of the newest frames. */
function look(engine: Engine, event: StopEvent): void {
  const frames = engine.activations().flat();
  // Segments that are out of bounds trap before any code runs.
  if (frames.length === 0 && event.kind !== 'trap') throw new Error('stopped without a frame');
  for (const frame of frames.slice(0, 8)) {
    requireInstruction(frame);
    const { body } = frame.fn;
    if (frame.fn.module !== frame.instance.module) throw new Error('a frame of another module');
    const locals = frameLocals(frame, engine.frameView).length;
    const declared = body.locals.reduce((sum, { count }) => sum + count, 0);
    if (locals < declared) throw new Error(`${locals} of at least ${declared} locals`);
    frameOperands(frame, engine.frameView);
  }
}

/** A pc must be the offset of an instruction in the original module. */
function requireInstruction({ fn, pc }: Frame): void {
  const { body, module } = fn;
  const reader = new InstructionReader(module.original.bytes, body.codeStart, body.end);
  while (reader.read()) {
    if (reader.pc === pc) return;
    if (reader.pc > pc) break;
  }
  throw new Error(`pc ${pc} is not one of an instruction of function ${fn.index}`);
}
