/** The debuggee as the tracer sees it: its modules, and what its frames hold at a stop. */

import type {
  Debuggee,
  Frame,
  Instance,
  Memory,
  Module,
} from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { orError, readValues } from '../../shared/src/values.ts';
import { functionPlaces, type KnownModule, type Place, resolveFunction } from './breakpoints.ts';
import { MalformedModule } from './byte-reader.ts';
import { functionName, readModule } from './module-info.ts';
import { type BreakpointSpec, UsageError } from './options.ts';
import type { FrameData } from './stop.ts';

interface TracedModule {
  readonly handle: Module;
  /** Undefined when the host has no bytes for it: its functions then have no names. */
  readonly known: KnownModule | undefined;
}

interface TracedInstance {
  /** Position in the list of modules. */
  readonly module: number;
  readonly memory: Memory | undefined;
}

export class Program {
  readonly #d: Debuggee;
  readonly #modules: TracedModule[] = [];
  /** Module unique id to position: ids stay the same, handles to one module are many. */
  readonly #positions = new Map<bigint, number>();
  readonly #instances = new Map<bigint, TracedInstance>();
  readonly #breakpoints: Place[] = [];

  constructor(d: Debuggee) {
    this.#d = d;
    for (const module of d.allModules()) this.#adopt(module);
  }

  get moduleCount(): number {
    return this.#modules.length;
  }

  /**
   * Sets all breakpoints that were asked for in the modules that exist now.
   * @throws UsageError when one of them is nowhere
   */
  setBreakpoints(specs: readonly BreakpointSpec[]): void {
    for (const spec of specs) {
      if (spec.kind === 'pc') this.#breakAtPc(spec.pc);
      else {
        const known = this.#modules.map((module) => module.known);
        for (const place of resolveFunction(spec, known)) {
          const failure = this.#add(place);
          if (failure !== undefined) {
            throw new UsageError(`no breakpoint at 0x${place.pc.toString(16)}: ${failure}`);
          }
        }
      }
    }
  }

  /**
   * Takes up modules that have been loaded since, with the breakpoints that they have of those asked
   * for.
   * @returns whether there are any
   */
  takeNewModules(specs: readonly BreakpointSpec[]): boolean {
    const before = this.#modules.length;
    for (const module of this.#d.allModules()) this.#adopt(module);
    for (let module = before; module < this.#modules.length; module++) {
      for (const spec of specs) {
        if (spec.kind === 'pc') this.#add({ module, pc: spec.pc });
        else
          for (const { pc } of functionPlaces(spec, [this.#modules[module]!.known]))
            this.#add({ module, pc });
      }
    }
    return this.#modules.length > before;
  }

  clearBreakpoints(): void {
    for (const { module, pc } of this.#breakpoints.splice(0)) {
      this.#modules[module]?.handle.removeBreakpoint(this.#d, pc);
    }
  }

  /**
   * The backtrace, innermost frame first, through all activations, and the size in bytes of the
   * innermost frame's memory 0.
   * @param depth frames at most
   */
  stopState(depth: number): { frames: FrameData[]; memory: bigint | undefined } {
    const frames: FrameData[] = [];
    let memory: bigint | undefined;
    const activations = this.#d.exitFrames();
    for (const [activation, newest] of activations.entries()) {
      let frame: Frame | undefined = newest;
      while (frame !== undefined) {
        using current: Frame = frame;
        frame = undefined;
        if (frames.length === depth) break;
        const instance = this.#instanceOf(current);
        if (frames.length === 0) memory = instance.memory?.sizeBytes(this.#d);
        frames.push(this.#frameData(current, activation, instance.module));
        // The walk ends here anyway: the question would cost a handle.
        if (frames.length < depth) frame = current.parentFrame(this.#d);
      }
    }
    return { frames, memory };
  }

  #frameData(frame: Frame, activation: number, module: number): FrameData {
    const func = frame.getFuncIndex(this.#d);
    return {
      activation,
      module,
      func,
      name: functionName(this.#modules[module]?.known?.info, func),
      pc: frame.getPc(this.#d),
      locals: readValues(this.#d, () => frame.getLocals(this.#d)),
      stack: readValues(this.#d, () => frame.getStack(this.#d)),
    };
  }

  #instanceOf(frame: Frame): TracedInstance {
    using instance: Instance = frame.getInstance(this.#d);
    const id = instance.uniqueId();
    let traced = this.#instances.get(id);
    if (traced === undefined) {
      const memory = orError(() => instance.getMemory(this.#d, 0));
      traced = {
        module: this.#adopt(instance.getModule(this.#d)),
        memory: 'error' in memory ? undefined : memory,
      };
      this.#instances.set(id, traced);
    }
    return traced;
  }

  /** Takes the handle over; gives the position of its module, which may be known already. */
  #adopt(handle: Module): number {
    const id = handle.uniqueId();
    const position = this.#positions.get(id);
    if (position !== undefined) {
      handle[Symbol.dispose]();
      return position;
    }
    this.#positions.set(id, this.#modules.length);
    return this.#modules.push({ handle, known: read(handle) }) - 1;
  }

  /** Every module that has an instruction there gets it: which one was meant cannot be known. */
  #breakAtPc(pc: number): void {
    const failures = this.#modules.map((_, module) => this.#add({ module, pc }));
    if (failures.every((failure) => failure !== undefined)) {
      const why = failures.find((failure) => failure !== 'invalid-pc') ?? 'it is in no function';
      throw new UsageError(`--break=0x${pc.toString(16)}: no breakpoint there, ${why}`);
    }
  }

  #add(place: Place): string | undefined {
    const added = orError(() => {
      this.#modules[place.module]?.handle.addBreakpoint(this.#d, place.pc);
      return {};
    });
    if ('error' in added) return added.error;
    this.#breakpoints.push(place);
    return undefined;
  }
}

function read(handle: Module): KnownModule | undefined {
  const bytes = handle.bytecode();
  if (bytes === undefined) return undefined;
  try {
    return { bytes, info: readModule(bytes) };
  } catch (error) {
    // The host runs it, so the fault is this reader's: names are not worth failing for.
    if (error instanceof MalformedModule) return undefined;
    throw error;
  }
}
