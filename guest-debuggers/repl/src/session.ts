/** What all commands share: the program, its breakpoints, the present stop and what is selected. */

import type { Debuggee, ResumptionValue } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import type { Code } from '../../../src/wasm/code.ts';
import { Breakpoints } from './breakpoints.ts';
import { Catches } from './catches.ts';
import { CommandError } from './errors.ts';
import { compileExpression, type Evaluate, type Where } from './expression.ts';
import { Backtrace, type FrameView } from './frames.ts';
import { Program, type ProgramInstance } from './program.ts';
import { type Plan, Runner, type Stop } from './runner.ts';
import { scopeOf } from './scope.ts';
import type { Style } from './style.ts';

/**
 *     before --run--> stopped --run--> stopped
 *                            \-------> ended
 */
export type SessionState = 'before' | 'stopped' | 'ended';

export interface Output {
  readonly write: (text: string) => void;
  readonly style: Style;
}

export class Session {
  readonly d: Debuggee;
  readonly program: Program;
  readonly breakpoints: Breakpoints;
  readonly catches: Catches;
  readonly style: Style;
  state: SessionState = 'before';
  /** The stop that is being looked at; undefined before the first one. */
  stop: Stop | undefined;
  /** Set by the command that ends the session. */
  ending: 'quit' | 'detach' | undefined;
  /** What an empty line does. */
  again: string | undefined;
  readonly #write: (text: string) => void;
  readonly #runner: Runner;
  #trace: Backtrace | undefined;
  #selected = 0;
  #instance: ProgramInstance | undefined;

  constructor(d: Debuggee, { write, style }: Output) {
    this.d = d;
    this.#write = write;
    this.style = style;
    this.program = new Program(d);
    this.breakpoints = new Breakpoints(this.program);
    this.catches = new Catches(this.program);
    this.#runner = new Runner(this.program, this.breakpoints, this.catches, () =>
      this.#lookForModules(),
    );
  }

  print(line: string): void {
    this.#write(`${line}\n`);
  }

  /** Lines of a list, written at once: a call of the host for each would be slow. */
  printAll(lines: readonly string[]): void {
    if (lines.length > 0) this.#write(`${lines.join('\n')}\n`);
  }

  get trace(): Backtrace {
    this.#trace ??= new Backtrace(this.program);
    return this.#trace;
  }

  /** The selected frame; undefined where the program has none. */
  get frame(): FrameView | undefined {
    return this.trace.at(this.#selected);
  }

  /** @throws CommandError that says why there is none */
  needFrame(): FrameView {
    const { frame } = this;
    if (frame !== undefined) return frame;
    throw new CommandError(this.#whyNoFrame());
  }

  /** @throws CommandError if there is no such frame */
  select(index: number): void {
    if (this.trace.at(index) === undefined) {
      const count = this.trace.count(index);
      throw new CommandError(
        count === 0 ? this.#whyNoFrame() : `no frame ${index}; the outermost is ${count - 1}`,
      );
    }
    this.#selected = index;
    this.#instance = undefined;
  }

  get selected(): number {
    return this.#selected;
  }

  /** The instance whose memories, globals and tables are meant: the frame's, unless chosen. */
  get instance(): ProgramInstance {
    const instance = this.#instance ?? this.frame?.instance ?? this.program.instances[0];
    if (instance !== undefined) return instance;
    throw new CommandError(
      this.state === 'before'
        ? 'there is no instance yet; "step" runs to the first instruction'
        : 'there is no instance',
    );
  }

  selectInstance(instance: ProgramInstance): void {
    this.#instance = instance;
  }

  /** The code whose names are meant: the frame's, else the instance's, else the only module's. */
  get code(): Code {
    const module = this.#instance?.module ?? this.frame?.instance.module ?? this.program.modules[0];
    if (module === undefined) throw new CommandError('the program has no modules yet');
    return module.code;
  }

  get where(): Where {
    const session = this;
    return {
      frame: this.frame,
      get instance() {
        return session.instance;
      },
    };
  }

  /** @throws CommandError */
  compile(text: string): Evaluate {
    return compileExpression(text, scopeOf(this.program, this.code, this.frame?.func));
  }

  /** @throws CommandError if it has ended */
  needProgram(): void {
    if (this.state === 'ended') {
      throw new CommandError(
        'the program has ended; to run it again, quit and start witness again',
      );
    }
  }

  /** Resumes and takes the stop that it comes to. */
  run(plan: Plan, first?: ResumptionValue): Stop {
    this.needProgram();
    this.#forget();
    const stop = this.#runner.run(plan, first);
    this.stop = stop;
    if (stop.kind === 'complete') this.state = 'ended';
    else if (stop.kind !== 'failed') this.state = 'stopped';
    this.#lookForModules();
    return stop;
  }

  /** Tells of modules that are new, and sets the breakpoints that have waited for them. */
  #lookForModules(): boolean {
    const known = this.program.modules.length;
    if (!this.program.refresh()) return false;
    for (const module of this.program.modules.slice(known)) {
      const name = module.ownName === undefined ? '' : ` ${this.style.name(module.ownName)}`;
      this.print(`Loaded ${module.name}${name}.`);
    }
    for (const { id, word } of this.breakpoints.resolvePending()) {
      this.print(`Breakpoint ${id}: ${word} is there now.`);
    }
    return true;
  }

  #forget(): void {
    this.#trace?.dispose();
    this.#trace = undefined;
    this.#selected = 0;
    this.#instance = undefined;
    if (this.stop?.kind === 'exception') this.stop.exception[Symbol.dispose]();
    this.stop = undefined;
  }

  #whyNoFrame(): string {
    switch (this.state) {
      case 'before':
        return 'the program has not begun; "run" starts it, "step" goes to its first instruction';
      case 'ended':
        return 'the program has ended: there are no frames';
      case 'stopped':
        return 'there is no frame here';
    }
  }
}
