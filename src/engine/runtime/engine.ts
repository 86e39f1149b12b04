/**
 * The engine: modules, instances and stops of one debuggee. Runs in the debuggee's thread, where a
 * stop blocks: `onStop` is called with the program's stack in place and returns when it goes on.
 */
import { decodeModule } from '../../wasm/module.ts';
import { keepSegments, segmentCount } from '../instrument/fewer-segments.ts';
import { instrument } from '../instrument/instrument.ts';
import { STACK, TRAP } from '../instrument/layout.ts';
import { DebugMemory } from './debug-memory.ts';
import { Exceptions, type ThrownException } from './exceptions.ts';
import {
  type Activation,
  activations,
  activationsAfterTrap,
  type BoundContinuation,
  type StopPoint,
  stoppedFrame,
} from './frames.ts';
import { GlobalAccess } from './global-access.ts';
import { HostCalls } from './host-calls.ts';
import { DebugInstance } from './instance.ts';
import { requestInterrupt } from './interrupt.ts';
import { leaveFunction } from './leave.ts';
import { Limits } from './limits.ts';
import {
  bindContinuation,
  type EngineImports,
  type LinkedImports,
  readImports,
} from './linking.ts';
import { DebugModule } from './module.ts';
import { ReferenceArrays } from './reference-arrays.ts';
import { captureStack, type Site, stackOf } from './stack-trace.ts';
import type { Version } from './versions.ts';

/** Why the program is stopped. */
export type StopEvent =
  | { readonly kind: 'breakpoint' }
  | { readonly kind: 'interrupted' }
  // Before the instruction that will trap; or after the trap, if it was not foreseen.
  | { readonly kind: 'trap' }
  // Before the instruction that throws it.
  | { readonly kind: 'exception'; readonly exception: ThrownException };

export type { DebugInstance, DebugModule };

export interface EngineOptions {
  /** From `createDebugMemory`; another thread interrupts the program through it. */
  readonly memory: WebAssembly.Memory;
  /** Called at every stop; must say how to go on with {@link Engine.resume} before it returns. */
  readonly onStop: (event: StopEvent) => void;
  /**
   * `exact` (the default): stop before an instruction that will trap, with its operands there.
   * `native`: no checks for that, which is faster; a trap is reported when it has happened, and of
   * the innermost frame only the pc is known then.
   */
  readonly traps?: 'exact' | 'native';
}

export class Engine {
  readonly modules: DebugModule[] = [];
  readonly instances: DebugInstance[] = [];
  /** References of frames, by the addresses of their places. */
  readonly references: ReferenceArrays;
  readonly exceptions: Exceptions;
  readonly #memory: DebugMemory;
  readonly #limits: Limits;
  readonly #hostCalls: HostCalls;
  readonly #onStop: (event: StopEvent) => void;
  readonly #code = new WeakMap<object, DebugInstance | BoundContinuation>();
  readonly #leave: unknown;
  #stepping = false;
  /** No more events: the debugger has gone. */
  #detached = false;
  /** Frames of the present stop, made when first asked for. */
  #stopFrames: (() => readonly Activation[]) | undefined;
  #frames: readonly Activation[] | undefined;
  readonly #checkTraps: boolean;
  /** The trap that was reported last, until it has come out of the program. */
  #reportedTrap: StopPoint | undefined;
  readonly #trapFrames = new WeakMap<object, readonly Activation[]>();
  #enterDepth = 0;
  #globalAccess: GlobalAccess | undefined;

  constructor(options: EngineOptions) {
    this.#memory = new DebugMemory(options.memory);
    this.#limits = new Limits(this.#memory);
    this.references = new ReferenceArrays(this.#memory.byteLength);
    this.exceptions = new Exceptions(this.references, this.instances);
    this.#hostCalls = new HostCalls(this.#memory);
    this.#onStop = options.onStop;
    this.#checkTraps = options.traps !== 'native';
    this.#leave = leaveFunction((frame, pc, instance) => this.#onLeave(frame, pc, instance));
  }

  /** The debug memory's bytes, for reading frames. */
  get frameView(): DataView {
    return this.#memory.view;
  }

  get globalAccess(): GlobalAccess {
    this.#globalAccess ??= new GlobalAccess(this.#memory.memory);
    return this.#globalAccess;
  }

  /**
   * Compiles a module.
   *
   * @throws WebAssembly.CompileError as V8 gives it for bytes that are not a valid module
   * @throws WasmError for an encoding that V8 knows and Witness does not, with its offset
   */
  loadModule(bytes: Uint8Array, name?: string): DebugModule {
    const source = bytes as Uint8Array<ArrayBuffer>;
    // Only to have V8's own error: an instrumented module would give other offsets.
    if (!WebAssembly.validate(source)) new WebAssembly.Module(source);
    const original = decodeModule(bytes.slice());
    const instrumented = instrument(original, this.#limits.count, this.#checkTraps);
    const id = this.modules.length;
    const module = new DebugModule(id, name ?? `module${id}`, original, instrumented, this.#limits);
    this.#memory.reserve(instrumented.frameSizes.reduce((most, size) => Math.max(most, size), 0));
    this.references.growTo(this.#memory.byteLength);
    this.#limits.allocate(instrumented.frameSizes);
    this.modules.push(module);
    if (this.#stepping) this.#limits.publish();
    return module;
  }

  /**
   * Instantiates a module and runs its start function.
   *
   * @throws TypeError, WebAssembly.LinkError or WebAssembly.RuntimeError as V8 gives them
   */
  instantiate(module: DebugModule, imports?: WebAssembly.Imports): DebugInstance {
    const linked = readImports(module, imports, this.#engineImports);
    let wasm: WebAssembly.Instance;
    try {
      wasm = new WebAssembly.Instance(module.compiled, linked.imports);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) this.#adoptFailed(module, linked);
      throw error;
    }
    const instance = this.#adopt(module, wasm, linked);
    const { start } = module.original;
    if (start !== undefined) this.enter(() => instance.func(start)!());
    return instance;
  }

  #adopt(module: DebugModule, wasm: WebAssembly.Instance, linked: LinkedImports): DebugInstance {
    const id = this.instances.length;
    const instance = new DebugInstance(id, module, wasm, linked, this.#leave);
    this.instances.push(instance);
    this.#code.set(wasm, instance);
    for (const hierarchy of module.instrumented.references) {
      this.references.connect(hierarchy, instance.references(hierarchy));
    }
    return instance;
  }

  /**
   * After a segment was out of bounds: sets up the instance whose functions a segment before it may
   * have put into an imported table. What was copied is copied again, over functions that no
   * continuation could be made for; no code has run in between.
   */
  #adoptFailed(module: DebugModule, linked: LinkedImports): void {
    if (module.original.importedTables === 0) return;
    for (let kept = segmentCount(module.instrumented) - 1; kept > 0; kept--) {
      const bytes = keepSegments(module.instrumented, kept) as Uint8Array<ArrayBuffer>;
      try {
        const compiled = new WebAssembly.Module(bytes);
        this.#adopt(module, new WebAssembly.Instance(compiled, linked.imports), linked);
        return;
      } catch (error) {
        // An earlier segment is the one that is out of bounds.
        if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      }
    }
  }

  /**
   * Calls into the program from the embedder. A trap that comes out of the outermost such call is
   * reported before it goes on.
   */
  enter<T>(call: () => T): T {
    const base = this.#memory.framePointer;
    this.#enterDepth++;
    try {
      return call();
    } catch (error) {
      if (this.#enterDepth === 1 && error instanceof WebAssembly.RuntimeError) {
        this.#trapped(error, base);
      }
      throw error;
    } finally {
      this.#enterDepth--;
      this.#memory.framePointer = base;
    }
  }

  /** Asks for a stop at the next function entry or loop header; other threads do it themselves. */
  interrupt(): void {
    requestInterrupt(this.#memory.memory);
  }

  /** How the program goes on from the present stop, or begins. */
  resume(how: 'run' | 'step'): void {
    this.#setStepping(how === 'step');
  }

  /** Takes all breakpoints away and reports nothing from now on. */
  detach(): void {
    this.#detached = true;
    for (const module of this.modules) {
      for (const { pc } of module.breakpoints.values()) this.#setBreakpoint(module, pc, false);
      module.breakpoints.clear();
    }
    this.#memory.clearInterrupt();
    this.#setStepping(false);
    this.#limits.publish();
  }

  /**
   * Adds a breakpoint at a byte offset of the original module. Between two instructions, or in a
   * function's locals, it slips forward to the next instruction.
   *
   * @returns false if the offset is in no function body
   */
  addBreakpoint(module: DebugModule, asked: number): boolean {
    const known = module.breakpoints.get(asked);
    if (known !== undefined) {
      known.count++;
      return true;
    }
    const pc = module.functionAround(asked)?.instructionFrom(asked);
    if (pc === undefined) return false;
    module.breakpoints.set(asked, { pc, count: 1 });
    this.#setBreakpoint(module, pc, true);
    return true;
  }

  /** @returns false if no breakpoint was added under this offset */
  removeBreakpoint(module: DebugModule, asked: number): boolean {
    const known = module.breakpoints.get(asked);
    if (known === undefined) return false;
    if (--known.count > 0) return true;
    module.breakpoints.delete(asked);
    for (const other of module.breakpoints.values()) if (other.pc === known.pc) return true;
    this.#setBreakpoint(module, known.pc, false);
    return true;
  }

  /** Where the program was when it trapped with an error that `enter` has thrown. */
  framesOfTrap(error: object): readonly Activation[] | undefined {
    return this.#trapFrames.get(error);
  }

  /** The frames of the present stop, by activation, the newest first; none while nothing runs. */
  activations(): readonly Activation[] {
    this.#frames ??= this.#stopFrames?.() ?? [];
    return this.#frames;
  }

  #setBreakpoint(module: DebugModule, pc: number, present: boolean): void {
    module.functionAround(pc)!.versions.setBreakpoint(pc, present);
  }

  #setStepping(stepping: boolean): void {
    this.#stepping = stepping;
    this.#limits.allLeave = stepping;
  }

  get #engineImports(): EngineImports {
    return { debugMemory: this.#memory.memory, wrap: (host) => this.#hostCalls.wrap(host) };
  }

  /** A check has fired: the frame is complete; says which continuation goes on. */
  #onLeave(base: number, flaggedPc: number, id: number): number {
    const traps = (flaggedPc & TRAP) !== 0;
    const pc = flaggedPc & ~TRAP;
    const instance = this.instances[id]!;
    const fn = instance.module.functionAround(pc)!;
    const stop: StopPoint = { instance, fn, pc, base };
    this.#makeRoom(base + fn.frameSize);
    if (traps) this.#stopAtThrow(stop);
    else this.#stopIfWanted(stop);
    return this.#slot(stop, traps);
  }

  /** Before an instruction of a version with hooks; 0 goes on in that version. */
  #onHook(version: Version, instance: DebugInstance, base: number, pc: number): number {
    const { fn } = version;
    const stop: StopPoint = { instance, fn, pc, base };
    this.#stopIfWanted(stop);
    return fn.versions.wanted(this.#stepping) === version ? 0 : this.#slot(stop, false);
  }

  #slot({ instance, fn, pc, base }: StopPoint, trusted: boolean): number {
    const version = fn.versions.wanted(this.#stepping);
    const continuation = version.continuation(pc, trusted);
    this.#memory.framePointer = base;
    return instance.slot(continuation, () => {
      const bound = bindContinuation(continuation, instance, this.#memory.memory, (frame, at) =>
        this.#onHook(version, instance, frame, at),
      );
      this.#code.set(bound, { continuation, instance });
      return bound.exports['run'];
    });
  }

  /** @throws RangeError as V8 does when its own stack is exhausted */
  #makeRoom(end: number): void {
    if (end <= this.#memory.stackEnd) return;
    if (!this.#memory.growTo(end)) throw new RangeError('Maximum call stack size exceeded');
    this.references.growTo(this.#memory.byteLength);
    this.#limits.publish();
  }

  #stopIfWanted(stop: StopPoint): void {
    if (this.#detached) return;
    if (this.#stepping || stop.fn.versions.hasBreakpoint(stop.pc)) {
      this.#stop({ kind: 'breakpoint' }, stop);
    } else if (this.#memory.interruptRequested && stop.fn.snapshot(stop.pc)?.header === true) {
      this.#takeInterrupt();
      this.#stop({ kind: 'interrupted' }, stop);
    }
  }

  /** Before an instruction that will trap or throw. */
  #stopAtThrow(stop: StopPoint): void {
    if (this.#detached) return;
    const thrown = this.exceptions.thrownAt(stoppedFrame(stop), this.#memory.view);
    if (thrown?.kind === 'nothing') return;
    if (thrown?.kind === 'exception') {
      this.#stop(thrown, stop);
    } else {
      this.#reportedTrap = stop;
      this.#stop({ kind: 'trap' }, stop);
    }
  }

  #stop(event: StopEvent, stop: StopPoint): void {
    // Nested wasm code, which a debugger may run while this is stopped, goes behind the frame.
    this.#memory.framePointer = stop.base + stop.fn.frameSize;
    const frames = (): readonly Activation[] => this.#framesAt(captureStack(), stop);
    this.#announce(event, frames);
    while (this.#memory.interruptRequested && !this.#detached) {
      this.#takeInterrupt();
      this.#announce({ kind: 'interrupted' }, frames);
    }
  }

  #framesAt(stack: Site[], stop: StopPoint): Activation[] {
    return activations(stack, stop, (wasm) => this.#code.get(wasm), this.#hostCalls.frameEnds);
  }

  #announce(event: StopEvent, frames: () => readonly Activation[]): void {
    this.#stopFrames = frames;
    this.#frames = undefined;
    try {
      this.#onStop(event);
    } finally {
      this.#stopFrames = undefined;
      this.#frames = undefined;
    }
  }

  #takeInterrupt(): void {
    this.#memory.clearInterrupt();
    this.#limits.publish();
  }

  /** A trap has come out of the program; one that was not foreseen is reported now. */
  #trapped(error: WebAssembly.RuntimeError, base: number): void {
    const stack = stackOf(error);
    if (stack === undefined) return;
    const frames = activationsAfterTrap(
      stack,
      (wasm) => this.#code.get(wasm),
      Math.max(base, STACK),
    );
    this.#trapFrames.set(error, frames);
    const innermost = frames[0]?.[0];
    const reported = this.#reportedTrap;
    this.#reportedTrap = undefined;
    if (reported !== undefined && reported.fn === innermost?.fn && reported.pc === innermost.pc) {
      return;
    }
    if (!this.#detached) this.#announce({ kind: 'trap' }, () => frames);
  }
}
