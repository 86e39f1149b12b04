/**
 * The engine: modules, instances and stops of one debuggee. Runs in the debuggee's thread, where a
 * stop blocks: `onStop` is called with the program's stack in place and returns when it goes on.
 */
import { decodeModule } from '../../wasm/module.ts';
import { decodeModuleName } from '../../wasm/names.ts';
import { CODE_LIMITS, type CodeLimits } from '../instrument/code-limits.ts';
import { keepSegments, segmentCount } from '../instrument/fewer-segments.ts';
import { instrument } from '../instrument/instrument.ts';
import { LIMIT_STEP } from '../instrument/layout.ts';
import { AfterCollections } from './after-collections.ts';
import { DebugMemory } from './debug-memory.ts';
import { mapErrorStacks } from './error-stacks.ts';
import { Exceptions } from './exceptions.ts';
import type { Activation, BoundContinuation } from './frames.ts';
import { GlobalAccess } from './global-access.ts';
import { HostCalls } from './host-calls.ts';
import { HostErrors } from './host-errors.ts';
import { DebugInstance } from './instance.ts';
import { requestInterrupt } from './interrupt.ts';
import { leaveFunction } from './leave.ts';
import { Limits } from './limits.ts';
import { type EngineImports, type LinkedImports, readImports } from './linking.ts';
import { type CompileOptions, DebugModule } from './module.ts';
import { setOptimizerFlags } from './optimizer-flags.ts';
import { ReferenceArrays } from './reference-arrays.ts';
import { NORMAL, Resumer, type Resumption } from './resumption.ts';
import { Signatures } from './signatures.ts';
import { isTrap, withWholeStacks } from './stack-trace.ts';
import { type StopEvent, Stops } from './stops.ts';
import { watchSuspending } from './suspending.ts';
import { Suspensions } from './suspensions.ts';
import { importedTablesWritten } from './table-writes.ts';
import { Thunks } from './thunks.ts';
import { Transfers } from './transfers.ts';
import { WebAssembly } from './v8.ts';
import { ValueRows } from './value-row.ts';

export type { CompileOptions, DebugInstance, DebugModule, Resumption, StopEvent };

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
  /** Whether what a host function throws is the embedder's way to end the program: not reported. */
  readonly isExit?: (error: unknown) => boolean;
  /** By default what V8 accepts; tests run small programs as if they were too large for it. */
  readonly codeLimits?: CodeLimits;
}

export class Engine {
  readonly modules: DebugModule[] = [];
  readonly instances: DebugInstance[] = [];
  /** References of frames, by the addresses of their places. */
  readonly references: ReferenceArrays;
  readonly exceptions: Exceptions;
  readonly #memory: DebugMemory;
  readonly #limits: Limits;
  readonly #signatures: Signatures;
  readonly #hostCalls: HostCalls;
  readonly #suspensions: Suspensions;
  readonly #collections: AfterCollections;
  readonly #code = new WeakMap<object, DebugInstance | BoundContinuation>();
  readonly #leave: unknown;
  readonly #checkTraps: boolean;
  readonly #codeLimits: CodeLimits | undefined;
  readonly #stops: Stops;
  #enterDepth = 0;
  #globalAccess: GlobalAccess | undefined;

  constructor(options: EngineOptions) {
    this.#memory = new DebugMemory(options.memory);
    this.#limits = new Limits(this.#memory);
    this.#signatures = new Signatures(this.#memory);
    this.references = new ReferenceArrays(this.#memory.byteLength);
    const makeRoom = (base: number, size: number): void => this.#makeRoom(base, size);
    const rows = new ValueRows(this.#memory, this.references, makeRoom);
    const thunks = new Thunks(options.memory, this.references);
    this.exceptions = new Exceptions(this.references, this.instances, thunks, rows);
    const hostErrors = new HostErrors(options.isExit ?? (() => false));
    this.#hostCalls = new HostCalls(this.#memory, {
      called: () => this.#stops.hostCalled(),
      returned: () => this.#stops.hostReturned(),
      failed: (error) => this.#stops.hostFailed(error),
    });
    this.#suspensions = new Suspensions(this.#memory, this.references, this.#hostCalls);
    watchSuspending();
    this.#collections = new AfterCollections(() => {
      if (this.#hostCalls.exits.length === 0 && this.#enterDepth === 0) this.references.clear();
    });
    this.#collections.watch();
    this.#stops = new Stops({
      memory: this.#memory,
      limits: this.#limits,
      exceptions: this.exceptions,
      resumer: new Resumer(this.#memory, this.exceptions, thunks, rows),
      codeOf: (wasm) => this.#code.get(wasm),
      exits: this.#hostCalls.exits,
      onStop: options.onStop,
      hostErrors,
    });
    this.#checkTraps = options.traps !== 'native';
    this.#codeLimits = options.codeLimits;
    setOptimizerFlags(options.codeLimits ?? CODE_LIMITS);
    const transfers = new Transfers({
      memory: this.#memory,
      instances: this.instances,
      rows,
      stops: this.#stops,
      bound: (wasm, code) => this.#code.set(wasm, code),
      makeRoom,
    });
    this.#leave = leaveFunction((frame, pc, id) => transfers.onLeave(frame, pc, id));
  }

  /** Lets `error.stack` say what it would without the engine, in all of this thread. */
  mapErrorStacks(): void {
    mapErrorStacks((wasm) => this.#code.get(wasm));
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
   * @param name - without it, the module's own, or one with its number
   * @param options - as for WebAssembly.Module
   * @throws WebAssembly.CompileError as V8 gives it for bytes that are not a valid module
   * @throws WasmError for an encoding that V8 knows and Witness does not, with its offset
   */
  loadModule(bytes: Uint8Array, name?: string, options?: CompileOptions): DebugModule {
    const source = bytes as Uint8Array<ArrayBuffer>;
    // Only to have V8's own error: an instrumented module would give other offsets.
    if (!WebAssembly.validate(source)) new WebAssembly.Module(source);
    const original = decodeModule(bytes.slice());
    const instrumented = instrument(
      original,
      this.#limits.count,
      this.#checkTraps,
      this.#codeLimits,
      this.#signatures.end,
    );
    const id = this.modules.length;
    const module = new DebugModule(
      id,
      name ?? decodeModuleName(original) ?? `module${id}`,
      original,
      instrumented,
      this.#limits,
      options,
    );
    this.#memory.reserve(instrumented.frameSizes.reduce((most, size) => Math.max(most, size), 0));
    this.references.growTo(this.#memory.byteLength);
    const { firstLimit, bare } = instrumented;
    this.#limits.allocate(instrumented.frameSizes);
    for (const functions of bare.groups) {
      this.#limits.allocateGroup(
        functions.map((func) => firstLimit + func - original.importedFunctions),
      );
    }
    this.#signatures.load(module);
    this.modules.push(module);
    if (this.#stops.stepping) this.#limits.publish();
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
      if (error instanceof WebAssembly.RuntimeError) {
        this.#signatures.failed(module);
        importedTablesWritten(module, linked.values);
        this.#adoptFailed(module, linked);
        this.#stops.instantiationTrapped(error);
      }
      throw error;
    }
    importedTablesWritten(module, linked.values);
    const instance = this.#adopt(module, wasm, linked);
    const { start } = module.original;
    if (start !== undefined) this.enter(() => instance.func(start)!());
    return instance;
  }

  #adopt(module: DebugModule, wasm: WebAssembly.Instance, linked: LinkedImports): DebugInstance {
    const id = this.instances.length;
    const instance = new DebugInstance(id, module, wasm, linked, {
      debugMemory: this.#memory.memory,
      leave: this.#leave,
      renewReferences: () => this.references.renew,
    });
    this.instances.push(instance);
    this.#code.set(wasm, instance);
    this.#signatures.adopt(instance);
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
   * Calls into the program from the embedder. A trap that comes out of the outermost such call, or a
   * stack overflow, is reported before it goes on.
   */
  enter<T>(call: () => T): T {
    if (this.#enterDepth > 0) return this.#enter(call);
    return withWholeStacks(() => {
      const base = this.#memory.framePointer;
      try {
        return this.#enter(call);
      } catch (error) {
        if (isTrap(error)) this.#stops.trapped(error, base);
        throw error;
      }
    });
  }

  #enter<T>(call: () => T): T {
    const base = this.#memory.framePointer;
    this.#enterDepth++;
    try {
      return call();
    } finally {
      this.#enterDepth--;
      this.#memory.framePointer = base;
    }
  }

  /**
   * Stops, as `interrupted`, for a debugger to see the modules that were loaded while the program
   * runs. There is no frame to resume, but there may be frames that have called the host.
   */
  announceModules(): void {
    this.#stops.announceModules();
  }

  /** Asks for a stop at the next function entry or loop header; other threads do it themselves. */
  interrupt(): void {
    requestInterrupt(this.#memory.memory);
  }

  /**
   * How the program goes on from the present stop, or begins.
   *
   * @throws NoFrame, MismatchedValues if the resumption cannot be carried out: nothing has changed then
   */
  resume(how: 'run' | 'step', resumption: Resumption = NORMAL): void {
    this.#stops.resume(how, resumption);
  }

  /** Takes all breakpoints away and reports nothing from now on. */
  detach(): void {
    for (const module of this.modules) module.breakpoints.clear();
    this.#stops.detach();
  }

  /**
   * Adds a breakpoint at a byte offset of the original module. Between two instructions, or in a
   * function's locals, it slips forward to the next instruction.
   *
   * @returns false if the offset is in no function body
   */
  addBreakpoint(module: DebugModule, asked: number): boolean {
    return module.breakpoints.add(asked);
  }

  /** @returns false if no breakpoint was added under this offset */
  removeBreakpoint(module: DebugModule, asked: number): boolean {
    return module.breakpoints.remove(asked);
  }

  /** Where the program was when it trapped with an error that `enter` has thrown. */
  framesOfTrap(error: object): readonly Activation[] | undefined {
    return this.#stops.framesOfTrap(error);
  }

  /** The frames of the present stop, by activation, the newest first; none while nothing runs. */
  activations(): readonly Activation[] {
    return this.#stops.activations();
  }

  get #engineImports(): EngineImports {
    return {
      debugMemory: this.#memory.memory,
      wrap: (host, module, index) => this.#hostCalls.wrap(host, module, index),
      suspending: (object, module, index) => this.#suspensions.wrap(object, module, index),
    };
  }

  /** @throws RangeError as V8 does when its own stack is exhausted */
  #makeRoom(base: number, size: number): void {
    if (base <= this.#memory.highestBase(size)) return;
    if (!this.#memory.growTo(base + size + LIMIT_STEP))
      throw new RangeError('Maximum call stack size exceeded');
    this.references.growTo(this.#memory.byteLength);
    this.#limits.publish();
  }
}
