/**
 * A debuggee in another thread, over a channel. Runs in the debugger's Worker and blocks it during
 * every call.
 *
 *     paused --singleStep, continue_--> running --wait: event--> paused
 *                                          |    --wait: error--> paused
 *                                           \---wait: complete--> complete
 *
 * The event may be there before `wait` takes it: for the debugger the program runs until then.
 */

import type { ChannelBuffers } from '../channel/buffers.ts';
import { ChannelCaller } from '../channel/ends.ts';
import { type Foreseen, Foresight } from './foresight.ts';
import { DICTIONARY, handlesOf, ORDER, openAnswer, type QueryName, queryCode } from './messages.ts';
import {
  type DebugEvent,
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
  type TableHandle,
  type TagHandle,
  type WasmType,
  type WasmValue,
} from './opaque-debugger.ts';

export class RemoteDebugger implements OpaqueDebugger {
  readonly #channel: ChannelCaller;
  readonly #interrupt: () => void;
  readonly #foresight = new Foresight();
  #state: DebuggeeState = 'paused';
  #released: Handle<string>[] = [];
  #seen = 0;
  #finished = false;

  /** @param interrupt asks the engine to stop, through shared memory: it must not use the channel */
  constructor(buffers: ChannelBuffers, interrupt: () => void) {
    this.#channel = new ChannelCaller(buffers, DICTIONARY);
    this.#interrupt = interrupt;
  }

  get state(): DebuggeeState {
    return this.#state;
  }

  singleStep(resumption: Resumption): void {
    this.#resume(ORDER.singleStep, resumption);
  }

  continue_(resumption: Resumption): void {
    this.#resume(ORDER.continue, resumption);
  }

  interrupt(): void {
    if (this.#state !== 'complete') this.#interrupt();
  }

  wait(timeoutMs?: number): DebugEvent | undefined {
    if (this.#state !== 'running') {
      throw new DebuggeeTrap(`there is no event to wait for: the program is ${this.#state}`);
    }
    if (!this.#channel.waitEvent(this.#seen, timeoutMs)) return undefined;
    // Paused also if the answer is an error: then the resumption was not carried out.
    this.#state = 'paused';
    // No releases: the event was made before them, and may have what they would give back.
    const event = this.#takeEvent();
    if (event.kind === 'complete') this.#state = 'complete';
    const held = new Set<Handle<string>>(handlesOf(event));
    this.#released = this.#released.filter((handle) => !held.has(handle));
    return event;
  }

  #takeEvent(): DebugEvent {
    const along = this.#channel.takeEvent() as [unknown, Foreseen | undefined] | undefined;
    this.#foresight.begin(along?.[1]);
    const answer = along === undefined ? this.#channel.call([[], ORDER.takeEvent]) : along[0];
    return openAnswer(answer) as DebugEvent;
  }

  /**
   * Gives a function that says whether `wait` would return the event of the present resumption at
   * once (or fail at once, because the channel is closed).
   * @throws DebuggeeTrap when not running
   */
  watch(): () => boolean {
    if (this.#state !== 'running') {
      throw new DebuggeeTrap(`there is no event to watch for: the program is ${this.#state}`);
    }
    const seen = this.#seen;
    return () => this.#channel.eventAfter(seen);
  }

  release(handle: Handle<string>): void {
    this.#released.push(handle);
    this.#foresight.release(handle);
  }

  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    // Also when running: the order then lies ready for the debuggee's next stop.
    this.#channel.send([this.#takeReleased(), ORDER.finish, this.#state !== 'running']);
  }

  allInstances(): InstanceHandle[] {
    return this.#query('allInstances');
  }
  allModules(): ModuleHandle[] {
    return this.#query('allModules');
  }
  exitFrames(): FrameHandle[] {
    this.#requirePaused('exitFrames');
    return this.#foresight.exitFrames(() => this.#query('exitFrames'));
  }

  instanceGetModule(instance: InstanceHandle): ModuleHandle {
    return this.#query('instanceGetModule', instance);
  }
  instanceGetMemory(instance: InstanceHandle, index: number): MemoryHandle {
    return this.#query('instanceGetMemory', instance, index);
  }
  instanceGetGlobal(instance: InstanceHandle, index: number): GlobalHandle {
    return this.#query('instanceGetGlobal', instance, index);
  }
  instanceGetTable(instance: InstanceHandle, index: number): TableHandle {
    return this.#query('instanceGetTable', instance, index);
  }
  instanceGetFunc(instance: InstanceHandle, index: number): FuncHandle {
    return this.#query('instanceGetFunc', instance, index);
  }
  instanceGetTag(instance: InstanceHandle, index: number): TagHandle {
    return this.#query('instanceGetTag', instance, index);
  }

  moduleBytecode(module: ModuleHandle): Uint8Array | undefined {
    return this.#query('moduleBytecode', module);
  }
  moduleAddBreakpoint(module: ModuleHandle, pc: number): void {
    this.#query('moduleAddBreakpoint', module, pc);
  }
  moduleRemoveBreakpoint(module: ModuleHandle, pc: number): void {
    this.#query('moduleRemoveBreakpoint', module, pc);
  }

  memorySizeBytes(memory: MemoryHandle): bigint {
    return this.#query('memorySizeBytes', memory);
  }
  memoryPageSize(memory: MemoryHandle): bigint {
    return this.#query('memoryPageSize', memory);
  }
  memoryGrow(memory: MemoryHandle, deltaBytes: bigint): bigint {
    return this.#query('memoryGrow', memory, deltaBytes);
  }
  memoryReadBytes(memory: MemoryHandle, address: bigint, length: bigint): Uint8Array {
    return this.#query('memoryReadBytes', memory, address, length);
  }
  memoryWriteBytes(memory: MemoryHandle, address: bigint, bytes: Uint8Array): void {
    this.#query('memoryWriteBytes', memory, address, bytes);
  }

  globalGet(global: GlobalHandle): WasmValue {
    return this.#query('globalGet', global);
  }
  globalSet(global: GlobalHandle, value: WasmValue): void {
    this.#query('globalSet', global, value);
  }

  tableLength(table: TableHandle): bigint {
    return this.#query('tableLength', table);
  }
  tableGetElement(table: TableHandle, index: bigint): WasmValue {
    return this.#query('tableGetElement', table, index);
  }
  tableSetElement(table: TableHandle, index: bigint, value: WasmValue): void {
    this.#query('tableSetElement', table, index, value);
  }

  funcParams(func: FuncHandle): WasmType[] {
    return this.#query('funcParams', func);
  }
  funcResults(func: FuncHandle): WasmType[] {
    return this.#query('funcResults', func);
  }

  tagParams(tag: TagHandle): WasmType[] {
    return this.#query('tagParams', tag);
  }
  tagNew(params: WasmType[]): TagHandle {
    return this.#query('tagNew', params);
  }
  exceptionTag(exception: ExceptionHandle): TagHandle {
    return this.#query('exceptionTag', exception);
  }
  exceptionValues(exception: ExceptionHandle): WasmValue[] {
    return this.#query('exceptionValues', exception);
  }
  exceptionNew(tag: TagHandle, values: WasmValue[]): ExceptionHandle {
    return this.#query('exceptionNew', tag, values);
  }

  frameInstance(frame: FrameHandle): InstanceHandle {
    return this.#query('frameInstance', frame);
  }
  frameFuncAndPc(frame: FrameHandle): { func: number; pc: number } {
    this.#requirePaused('frameFuncAndPc');
    return this.#foresight.place(frame, () => this.#query('frameFuncAndPc', frame));
  }
  frameLocals(frame: FrameHandle): WasmValue[] {
    this.#requirePaused('frameLocals');
    return this.#foresight.locals(frame, () => this.#query('frameLocals', frame));
  }
  frameStack(frame: FrameHandle): WasmValue[] {
    return this.#query('frameStack', frame);
  }
  frameParent(frame: FrameHandle): FrameHandle | undefined {
    return this.#query('frameParent', frame);
  }

  #query<Q extends QueryName>(
    name: Q,
    ...args: Parameters<OpaqueDebugger[Q]>
  ): ReturnType<OpaqueDebugger[Q]> {
    this.#requirePaused(name);
    const answer = this.#channel.call([this.#takeReleased(), queryCode[name], ...args]);
    // The server is the same table over the same interface, so the type is that of the method.
    return openAnswer(answer) as ReturnType<OpaqueDebugger[Q]>;
  }

  #requirePaused(query: QueryName): void {
    if (this.#state !== 'running' && !this.#finished) return;
    // The debuggee does not listen: asking would block until its next stop, or for ever.
    const why = this.#finished ? 'the debugger has let the program go' : 'the program is running';
    throw new DebuggeeTrap(`${query}: ${why}`);
  }

  #resume(order: number, resumption: Resumption): void {
    if (this.#state !== 'paused' || this.#finished) {
      throw new DebuggeeTrap(`only a paused program can be resumed: it is ${this.#state}`);
    }
    this.#seen = this.#channel.lastEvent();
    const asked = this.#foresight.end();
    this.#channel.send([this.#takeReleased(), order, resumption, asked]);
    this.#state = 'running';
  }

  #takeReleased(): Handle<string>[] {
    const released = this.#released;
    if (released.length > 0) this.#released = [];
    return released;
  }
}
