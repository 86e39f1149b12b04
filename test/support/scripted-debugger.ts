/**
 * A debuggee that is a script: a small program of fixed stops, with one instance that has one of
 * everything. It behaves as the contract says, so host and channel can be tested with no engine.
 *
 * The "program" is one function (index 1) whose pcs are PCS. It stops at each pc when stepped and
 * at breakpoints when continued; after the last it is complete.
 */

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
  type TableHandle,
  type TagHandle,
  type WasmType,
  type WasmValue,
} from '../../src/opaque-debugger/opaque-debugger.ts';

export const PCS: readonly number[] = [0x20, 0x22, 0x25, 0x2b];
export const BYTECODE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const PAGE = 65536n;

/** One local of each type, with values that are easily damaged. */
export const LOCALS: readonly WasmValue[] = [
  { type: 'i32', value: 0xffff_ffff },
  { type: 'i64', value: 0x8000_0000_0000_0001n },
  { type: 'f32', bits: 0x8000_0000 },
  { type: 'f64', bits: 0x7ff8_0000_0000_1234n },
  { type: 'v128', bytes: Uint8Array.from({ length: 16 }, (_, i) => i) },
  { type: 'funcref', func: undefined },
];

export class ScriptedDebugger implements OpaqueDebugger {
  state: DebuggeeState = 'paused';
  /** Handles that were released, in order. */
  readonly released: number[] = [];
  /** Calls of `finish`. */
  finished = 0;
  /** Resumptions that were carried out. */
  readonly resumptions: Resumption[] = [];
  readonly #instance = 1 as InstanceHandle;
  readonly #module = 2 as ModuleHandle;
  readonly #memory = 3 as MemoryHandle;
  readonly #global = 4 as GlobalHandle;
  readonly #table = 5 as TableHandle;
  readonly #func = 6 as FuncHandle;
  readonly #tag = 7 as TagHandle;
  #nextHandle = 100;
  #at = -1;
  #frames: FrameHandle[] = [];
  #interrupted = false;
  #event: DebugEvent | DebuggeeError | undefined;
  #bytes = new Uint8Array(Number(PAGE));
  #globalValue: WasmValue = { type: 'i32', value: 7 };
  #elements: WasmValue[];
  readonly #breakpoints = new Map<number, number>();
  readonly #tags = new Map<TagHandle, WasmType[]>([[this.#tag, ['i32']]]);
  readonly #exceptions = new Map<ExceptionHandle, { tag: TagHandle; values: WasmValue[] }>();

  /** Throw what is wrong with a resumption at once, for a server, rather than from `wait`. */
  readonly #refusesAtOnce: boolean;

  constructor({ refusesAtOnce = false } = {}) {
    this.#refusesAtOnce = refusesAtOnce;
    this.#elements = [
      { type: 'funcref', func: this.#func },
      { type: 'funcref', func: undefined },
    ];
  }

  /** The event of the last resumption: what a debuggee's thread gives to its server. */
  takeEvent(): DebugEvent | DebuggeeError {
    const event = this.#event;
    if (event === undefined) throw new DebuggeeTrap('no event');
    this.#event = undefined;
    return event;
  }

  wait(): DebugEvent {
    const event = this.takeEvent();
    this.state = 'paused';
    if (event instanceof DebuggeeError) throw event;
    if (event.kind === 'complete') this.state = 'complete';
    return event;
  }

  singleStep(resumption: Resumption): void {
    this.#resume(resumption, () => true);
  }

  continue_(resumption: Resumption): void {
    this.#resume(resumption, (pc) => this.#breakpoints.has(pc));
  }

  interrupt(): void {
    this.#interrupted = true;
  }

  #resume(resumption: Resumption, stopsAt: (pc: number) => boolean): void {
    const refusal = this.#refusal(resumption);
    if (refusal !== undefined) {
      if (this.#refusesAtOnce) throw refusal;
      this.state = 'running';
      this.#event = refusal;
      return;
    }
    this.resumptions.push(resumption);
    this.state = 'running';
    this.#frames = [];
    this.#event = this.#run(resumption, stopsAt);
  }

  #refusal(resumption: Resumption): DebuggeeError | undefined {
    if (resumption.kind !== 'normal' && this.#at < 0) return new DebuggeeError('invalid-frame');
    if (resumption.kind === 'early-return' && resumption.values.length !== 1) {
      return new DebuggeeError('mismatched-type', 'one result');
    }
    return undefined;
  }

  #run(resumption: Resumption, stopsAt: (pc: number) => boolean): DebugEvent {
    if (this.#interrupted) {
      this.#interrupted = false;
      return { kind: 'interrupted' };
    }
    if (resumption.kind === 'inject-call') {
      return { kind: 'injected-call-return', values: resumption.args };
    }
    if (resumption.kind === 'throw-exception') {
      return { kind: 'exception', exception: resumption.exception };
    }
    if (resumption.kind === 'early-return') this.#at = PCS.length;
    do this.#at++;
    while (this.#at < PCS.length && !stopsAt(PCS[this.#at]!));
    return this.#at < PCS.length ? { kind: 'breakpoint' } : { kind: 'complete' };
  }

  allInstances(): InstanceHandle[] {
    return [this.#instance];
  }
  allModules(): ModuleHandle[] {
    return [this.#module];
  }

  exitFrames(): FrameHandle[] {
    if (this.#at < 0 || this.#at >= PCS.length) return [];
    if (this.#frames.length === 0) this.#frames = [this.#fresh(), this.#fresh()];
    return [this.#frames[0]!];
  }

  instanceGetModule(instance: InstanceHandle): ModuleHandle {
    this.#known(instance, this.#instance);
    return this.#module;
  }
  instanceGetMemory(_instance: InstanceHandle, index: number): MemoryHandle {
    return this.#only(index, 0, this.#memory);
  }
  instanceGetGlobal(_instance: InstanceHandle, index: number): GlobalHandle {
    return this.#only(index, 0, this.#global);
  }
  instanceGetTable(_instance: InstanceHandle, index: number): TableHandle {
    return this.#only(index, 0, this.#table);
  }
  instanceGetFunc(_instance: InstanceHandle, index: number): FuncHandle {
    return this.#only(index, 1, this.#func);
  }
  instanceGetTag(_instance: InstanceHandle, index: number): TagHandle {
    return this.#only(index, 0, this.#tag);
  }

  moduleBytecode(): Uint8Array {
    return BYTECODE.slice();
  }
  moduleAddBreakpoint(_module: ModuleHandle, pc: number): void {
    if (!PCS.includes(pc)) throw new DebuggeeError('invalid-pc');
    this.#breakpoints.set(pc, (this.#breakpoints.get(pc) ?? 0) + 1);
  }
  moduleRemoveBreakpoint(_module: ModuleHandle, pc: number): void {
    const count = this.#breakpoints.get(pc);
    if (count === undefined) throw new DebuggeeError('invalid-pc');
    if (count === 1) this.#breakpoints.delete(pc);
    else this.#breakpoints.set(pc, count - 1);
  }

  memorySizeBytes(): bigint {
    return BigInt(this.#bytes.length);
  }
  memoryPageSize(): bigint {
    return PAGE;
  }
  memoryGrow(_memory: MemoryHandle, deltaBytes: bigint): bigint {
    const old = this.memorySizeBytes();
    if (deltaBytes % PAGE !== 0n || old + deltaBytes > 2048n * PAGE) {
      throw new DebuggeeError('memory-grow-failure');
    }
    const grown = new Uint8Array(Number(old + deltaBytes));
    grown.set(this.#bytes);
    this.#bytes = grown;
    return old;
  }
  memoryReadBytes(_memory: MemoryHandle, address: bigint, length: bigint): Uint8Array {
    if (address + length > this.memorySizeBytes()) throw new DebuggeeError('out-of-bounds');
    return this.#bytes.slice(Number(address), Number(address + length));
  }
  memoryWriteBytes(_memory: MemoryHandle, address: bigint, bytes: Uint8Array): void {
    if (address + BigInt(bytes.length) > this.memorySizeBytes()) {
      throw new DebuggeeError('out-of-bounds');
    }
    this.#bytes.set(bytes, Number(address));
  }

  globalGet(): WasmValue {
    return this.#globalValue;
  }
  globalSet(_global: GlobalHandle, value: WasmValue): void {
    if (value.type !== 'i32') throw new DebuggeeError('mismatched-type');
    this.#globalValue = value;
  }

  tableLength(): bigint {
    return BigInt(this.#elements.length);
  }
  tableGetElement(_table: TableHandle, index: bigint): WasmValue {
    return this.#elements[Number(index)] ?? this.#fail('out-of-bounds');
  }
  tableSetElement(_table: TableHandle, index: bigint, value: WasmValue): void {
    if (index >= this.tableLength()) throw new DebuggeeError('out-of-bounds');
    if (value.type !== 'funcref') throw new DebuggeeError('mismatched-type');
    this.#elements[Number(index)] = value;
  }

  funcParams(): WasmType[] {
    return ['i32', 'i64', 'f32', 'f64', 'v128', 'funcref', 'exnref'];
  }
  funcResults(): WasmType[] {
    throw new DebuggeeTrap('results of functions are not scripted');
  }

  tagParams(tag: TagHandle): WasmType[] {
    return this.#tags.get(tag) ?? this.#fail('invalid-entity');
  }
  tagNew(params: WasmType[]): TagHandle {
    const tag = this.#fresh<TagHandle>();
    this.#tags.set(tag, params);
    return tag;
  }
  exceptionTag(exception: ExceptionHandle): TagHandle {
    return this.#exception(exception).tag;
  }
  exceptionValues(exception: ExceptionHandle): WasmValue[] {
    return this.#exception(exception).values;
  }
  exceptionNew(tag: TagHandle, values: WasmValue[]): ExceptionHandle {
    const params = this.tagParams(tag);
    if (params.length !== values.length || params.some((type, i) => values[i]?.type !== type)) {
      throw new DebuggeeError('mismatched-type');
    }
    const exception = this.#fresh<ExceptionHandle>();
    this.#exceptions.set(exception, { tag, values });
    return exception;
  }

  frameInstance(frame: FrameHandle): InstanceHandle {
    this.#depth(frame);
    return this.#instance;
  }
  frameFuncAndPc(frame: FrameHandle): { func: number; pc: number } {
    return { func: 1, pc: PCS[this.#at]! + this.#depth(frame) };
  }
  frameLocals(frame: FrameHandle): WasmValue[] {
    this.#depth(frame);
    return [...LOCALS];
  }
  frameStack(frame: FrameHandle): WasmValue[] {
    return this.#depth(frame) === 0 ? [] : this.#fail('unsupported-type');
  }
  frameParent(frame: FrameHandle): FrameHandle | undefined {
    return this.#frames[this.#depth(frame) + 1];
  }

  release(handle: Handle<string>): void {
    this.released.push(handle);
  }

  finish(): void {
    this.finished++;
    if (this.state !== 'complete') this.state = 'running';
  }

  #depth(frame: FrameHandle): number {
    const depth = this.#frames.indexOf(frame);
    return depth < 0 ? this.#fail('invalid-frame') : depth;
  }
  #exception(handle: ExceptionHandle): { tag: TagHandle; values: WasmValue[] } {
    return this.#exceptions.get(handle) ?? this.#fail('invalid-entity');
  }
  #only<H>(index: number, wanted: number, handle: H): H {
    return index === wanted ? handle : this.#fail('invalid-entity');
  }
  #known(handle: number, wanted: number): void {
    if (handle !== wanted) throw new DebuggeeError('invalid-entity');
  }
  #fresh<H = FrameHandle>(): H {
    return this.#nextHandle++ as H;
  }
  #fail(code: 'invalid-frame' | 'invalid-entity' | 'out-of-bounds' | 'unsupported-type'): never {
    throw new DebuggeeError(code);
  }
}
