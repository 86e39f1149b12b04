/**
 * The debuggee over the engine of the same thread. Its queries answer while the program is stopped
 * inside the engine's `onStop`; who calls `singleStep` or `continue_` there and returns from it sets
 * the program going.
 *
 *     paused --singleStep, continue_--> running --stopped--> paused
 *                                          \----completed--> complete
 */
import { hierarchyOf } from '../engine/instrument/references.ts';
import type {
  Engine,
  Resumption as EngineResumption,
  StopEvent,
} from '../engine/runtime/engine.ts';
import type { Frame } from '../engine/runtime/frames.ts';
import { functionType } from '../wasm/module.ts';
import { Entities, makeTag, toWasmType } from './local-entities.ts';
import type { FramePlace } from './local-handles.ts';
import { bytesAt, growBytes, pageSize, readBytes, sizeBytes, writeBytes } from './local-memory.ts';
import { entry, refused } from './local-refusals.ts';
import { LocalValues } from './local-values.ts';
import {
  type DebugEvent,
  DebuggeeError,
  type DebuggeeState,
  DebuggeeTrap,
  type ExceptionHandle,
  type FrameHandle,
  type FuncHandle,
  type GlobalHandle,
  type Handle,
  type InstanceHandle,
  type MemoryHandle,
  type ModuleHandle,
  type OpaqueDebugger,
  type Resumption,
  type Shortcuts,
  type TableHandle,
  type TagHandle,
  type WasmType,
  type WasmValue,
} from './opaque-debugger.ts';

export class LocalDebugger implements OpaqueDebugger, Shortcuts {
  readonly #engine: Engine;
  readonly #entities: Entities;
  readonly #values: LocalValues;
  #state: DebuggeeState = 'paused';

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#entities = new Entities(engine);
    this.#values = new LocalValues(engine, this.#entities);
  }

  get state(): DebuggeeState {
    return this.#state;
  }

  /** Number of handles that the debugger holds: given out, and not released. */
  get held(): number {
    return this.#entities.held;
  }

  /**
   * The engine has stopped the program: what a debugger is told, or what its `wait` throws: an
   * injected call that failed, or whose results the world cannot express.
   */
  stopped(event: StopEvent): DebugEvent | DebuggeeError {
    this.#state = 'paused';
    switch (event.kind) {
      case 'exception':
        return { kind: 'exception', exception: this.#entities.exceptions.of(event.exception) };
      case 'injected-call-return':
        try {
          return {
            kind: event.kind,
            values: event.values.map((value) => this.#values.held(value)),
          };
        } catch (error) {
          if (error instanceof DebuggeeError) return error;
          throw error;
        }
      case 'injected-call-failed':
        return new DebuggeeError('execution-trap', `the injected call failed: ${event.error}`);
      default:
        return { kind: event.kind };
    }
  }

  /** The program has ended. */
  completed(): DebugEvent {
    this.#entities.frames.clear();
    this.#state = 'complete';
    return { kind: 'complete' };
  }

  allInstances(): InstanceHandle[] {
    return this.#engine.instances.map((instance) => this.#entities.instances.of(instance));
  }

  allModules(): ModuleHandle[] {
    return this.#engine.modules.map((module) => this.#entities.modules.of(module));
  }

  exitFrames(): FrameHandle[] {
    return this.#engine
      .activations()
      .map((_, activation) => this.#entities.frames.of({ activation, index: 0 }));
  }

  singleStep(resumption: Resumption): void {
    this.#resume('step', resumption);
  }

  continue_(resumption: Resumption): void {
    this.#resume('run', resumption);
  }

  interrupt(): void {
    if (this.#state !== 'complete') this.#engine.interrupt();
  }

  /** @throws DebuggeeTrap always: the program runs in this very thread */
  wait(): DebugEvent | undefined {
    throw new DebuggeeTrap('a debuggee in the same thread cannot be waited for: return to it');
  }

  finish(): void {
    this.#engine.detach();
    if (this.#state === 'paused') this.#go();
  }

  instanceGetModule(instance: InstanceHandle): ModuleHandle {
    return this.#entities.modules.of(this.#entities.instances.get(instance).module);
  }

  instanceGetMemory(handle: InstanceHandle, index: number): MemoryHandle {
    const instance = this.#entities.instances.get(handle);
    const { type } = entry(instance.module.original.memories, index, 'memory');
    return this.#entities.memories.of({ memory: instance.memories[index]!, type });
  }

  instanceGetGlobal(handle: InstanceHandle, index: number): GlobalHandle {
    const instance = this.#entities.instances.get(handle);
    const { original } = instance.module;
    const { type } = entry(original.globals, index, 'global');
    const hierarchy = type.value.kind === 'ref' ? hierarchyOf(original, type.value) : undefined;
    return this.#entities.globals.of({ global: instance.global(index)!, type, hierarchy });
  }

  instanceGetTable(handle: InstanceHandle, index: number): TableHandle {
    const instance = this.#entities.instances.get(handle);
    const { original } = instance.module;
    const { type } = entry(original.tables, index, 'table');
    const hierarchy = hierarchyOf(original, type.element);
    return this.#entities.tables.of({ table: instance.table(index)!, type, hierarchy });
  }

  instanceGetFunc(handle: InstanceHandle, index: number): FuncHandle {
    const instance = this.#entities.instances.get(handle);
    entry(instance.module.original.functions, index, 'function');
    return this.#entities.funcs.of({ instance, index });
  }

  instanceGetTag(handle: InstanceHandle, index: number): TagHandle {
    const instance = this.#entities.instances.get(handle);
    const { original } = instance.module;
    const { typeIndex } = entry(original.tags, index, 'tag').type;
    const { params } = functionType(original, typeIndex);
    const declared = { module: original, typeIndex };
    return this.#entities.tags.of({ tag: instance.tag(index)!, params, declared });
  }

  moduleBytecode(module: ModuleHandle): Uint8Array | undefined {
    return this.#entities.modules.get(module).original.bytes;
  }

  moduleAddBreakpoint(module: ModuleHandle, pc: number): void {
    if (this.#engine.addBreakpoint(this.#entities.modules.get(module), pc)) return;
    throw new DebuggeeError('invalid-pc', `0x${pc.toString(16)} is in no function body`);
  }

  moduleRemoveBreakpoint(module: ModuleHandle, pc: number): void {
    if (this.#engine.removeBreakpoint(this.#entities.modules.get(module), pc)) return;
    throw new DebuggeeError('invalid-pc', `no breakpoint was added at 0x${pc.toString(16)}`);
  }

  memorySizeBytes(memory: MemoryHandle): bigint {
    return sizeBytes(this.#entities.memories.get(memory));
  }

  memoryPageSize(memory: MemoryHandle): bigint {
    return pageSize(this.#entities.memories.get(memory));
  }

  memoryGrow(memory: MemoryHandle, deltaBytes: bigint): bigint {
    return growBytes(this.#entities.memories.get(memory), deltaBytes);
  }

  memoryReadBytes(memory: MemoryHandle, address: bigint, length: bigint): Uint8Array {
    return readBytes(this.#entities.memories.get(memory), address, length);
  }

  memoryBytes(memory: MemoryHandle, address: bigint, length: bigint): Uint8Array {
    return bytesAt(this.#entities.memories.get(memory), address, length);
  }

  memoryWriteBytes(memory: MemoryHandle, address: bigint, bytes: Uint8Array): void {
    writeBytes(this.#entities.memories.get(memory), address, bytes);
  }

  globalGet(global: GlobalHandle): WasmValue {
    return this.#values.global(this.#entities.globals.get(global));
  }

  globalSet(global: GlobalHandle, value: WasmValue): void {
    this.#values.setGlobal(this.#entities.globals.get(global), value);
  }

  tableLength(table: TableHandle): bigint {
    return this.#values.tableLength(this.#entities.tables.get(table));
  }

  tableGetElement(table: TableHandle, index: bigint): WasmValue {
    return this.#values.element(this.#entities.tables.get(table), index);
  }

  tableSetElement(table: TableHandle, index: bigint, value: WasmValue): void {
    this.#values.setElement(this.#entities.tables.get(table), index, value);
  }

  funcParams(func: FuncHandle): WasmType[] {
    return this.#entities.funcType(this.#entities.funcs.get(func)).params.map(toWasmType);
  }

  funcResults(func: FuncHandle): WasmType[] {
    return this.#entities.funcType(this.#entities.funcs.get(func)).results.map(toWasmType);
  }

  tagParams(tag: TagHandle): WasmType[] {
    return this.#entities.tags.get(tag).params.map(toWasmType);
  }

  tagNew(types: WasmType[]): TagHandle {
    return this.#entities.tags.of(makeTag(types));
  }

  exceptionTag(handle: ExceptionHandle): TagHandle {
    return this.#entities.tags.of(this.#entities.exceptions.get(handle));
  }

  exceptionValues(handle: ExceptionHandle): WasmValue[] {
    return this.#entities.exceptions.get(handle).values.map((value) => this.#values.held(value));
  }

  /** @throws DebuggeeError mismatched-type if the values are not those of the tag */
  exceptionNew(handle: TagHandle, values: WasmValue[]): ExceptionHandle {
    const { tag, params, declared } = this.#entities.tags.get(handle);
    const held = values.map((value) => this.#values.hold(value));
    const exception = { tag, params, values: held, identity: {}, declared };
    // Only to check the values: it is kept for when it is thrown.
    refused(() => this.#engine.exceptions.thrownObject(exception));
    return this.#entities.exceptions.of(exception);
  }

  frameInstance(frame: FrameHandle): InstanceHandle {
    return this.#entities.instances.of(this.#frame(frame).instance);
  }

  frameFuncAndPc(handle: FrameHandle): { func: number; pc: number } {
    const { fn, pc } = this.#frame(handle);
    return { func: fn.index, pc };
  }

  frameLocals(frame: FrameHandle): WasmValue[] {
    return this.#values.locals(this.#frame(frame));
  }

  plainLocals(frame: FrameHandle): WasmValue[] | undefined {
    const { localTypes } = this.#frame(frame).fn.plan;
    return localTypes.some(({ kind }) => kind === 'ref') ? undefined : this.frameLocals(frame);
  }

  frameStack(frame: FrameHandle): WasmValue[] {
    return this.#values.operands(this.#frame(frame));
  }

  frameParent(handle: FrameHandle): FrameHandle | undefined {
    const { activation, index } = this.#place(handle);
    const parent = { activation, index: index + 1 };
    const frames = this.#engine.activations()[activation]!;
    return parent.index < frames.length ? this.#entities.frames.of(parent) : undefined;
  }

  release(handle: Handle<string>): void {
    this.#entities.release(handle);
  }

  #frame(handle: FrameHandle): Frame {
    const { activation, index } = this.#place(handle);
    return this.#engine.activations()[activation]![index]!;
  }

  #place(handle: FrameHandle): FramePlace {
    const place = this.#entities.frames.find(handle);
    const frame = place && this.#engine.activations()[place.activation]?.[place.index];
    if (frame === undefined) throw new DebuggeeError('invalid-frame');
    return place!;
  }

  #resume(how: 'run' | 'step', resumption: Resumption): void {
    if (this.#state !== 'paused') {
      throw new DebuggeeTrap(`the program cannot be resumed: it is ${this.#state}`);
    }
    const wanted = this.#toEngine(resumption);
    refused(() => this.#engine.resume(how, wanted));
    this.#go();
  }

  #toEngine(resumption: Resumption): EngineResumption {
    const hold = (value: WasmValue) => this.#values.hold(value);
    switch (resumption.kind) {
      case 'normal':
        return resumption;
      case 'early-return':
        return { kind: 'early-return', values: resumption.values.map(hold) };
      case 'throw-exception': {
        const exception = this.#entities.exceptions.get(resumption.exception);
        return { kind: 'throw-exception', exception };
      }
      case 'inject-call': {
        const { instance, index } = this.#entities.funcs.get(resumption.callee);
        return { kind: 'inject-call', instance, func: index, args: resumption.args.map(hold) };
      }
    }
  }

  #go(): void {
    this.#entities.frames.clear();
    this.#state = 'running';
  }
}
