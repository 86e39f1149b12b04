/** @module Interface bytecodealliance:wasmtime/debuggee@44.0.0 **/
export type Pollable = import('./wasi-io-poll.js').Pollable;
/**
 * Why an operation failed.
 * # Variants
 * 
 * ## `"invalid-entity"`
 * 
 * There is no entity with that index.
 * ## `"invalid-pc"`
 * 
 * The pc is in no function body, or has no breakpoint to remove.
 * ## `"invalid-frame"`
 * 
 * The frame is gone, or there is no frame to act on.
 * ## `"unsupported-type"`
 * 
 * A type that `wasm-type` and `wasm-value` cannot express.
 * ## `"mismatched-type"`
 * 
 * Values of the wrong number or of the wrong types.
 * ## `"non-wasm-frame"`
 * 
 * A host frame, where a wasm frame is needed.
 * ## `"alloc-failure"`
 * 
 * The host could not allocate what the operation makes.
 * ## `"breakpoint-update"`
 * 
 * A breakpoint could not be put into the code or taken out of it.
 * ## `"read-only"`
 * 
 * Writing what is immutable.
 * ## `"out-of-bounds"`
 * 
 * An address or index beyond the end.
 * ## `"memory-grow-failure"`
 * 
 * The memory could not grow by that much.
 * ## `"execution-trap"`
 * 
 * An injected call ended in a trap or in an exception that nothing caught.
 */
export type Error = 'invalid-entity' | 'invalid-pc' | 'invalid-frame' | 'unsupported-type' | 'mismatched-type' | 'non-wasm-frame' | 'alloc-failure' | 'breakpoint-update' | 'read-only' | 'out-of-bounds' | 'memory-grow-failure' | 'execution-trap';
/**
 * A call that the debugger makes in the paused program.
 */
export interface InjectCall {
  callee: WasmFunc,
  arguments: Array<WasmValue>,
}
/**
 * What the paused program is to do when it is resumed.
 */
export type ResumptionValue = ResumptionValueNormal | ResumptionValueInjectCall | ResumptionValueThrowException | ResumptionValueEarlyReturn;
/**
 * Go on at the current instruction.
 */
export interface ResumptionValueNormal {
  tag: 'normal',
}
/**
 * Call a function first, with ordinary events inside it. When it returns, the event is
 * `injected-call-return` and the program is paused where it was, with the state it had.
 */
export interface ResumptionValueInjectCall {
  tag: 'inject-call',
  val: InjectCall,
}
/**
 * Throw this exception at the current instruction, as if that had thrown it: the frame's own
 * handlers around it apply. Raises no `exception` event of its own.
 */
export interface ResumptionValueThrowException {
  tag: 'throw-exception',
  val: WasmException,
}
/**
 * Return these values from the innermost frame.
 */
export interface ResumptionValueEarlyReturn {
  tag: 'early-return',
  val: Array<WasmValue>,
}
/**
 * Why the program stopped.
 */
export type Event = EventComplete | EventTrap | EventBreakpoint | EventInterrupted | EventException | EventInjectedCallReturn;
/**
 * It has ended, and can only be read from now on.
 */
export interface EventComplete {
  tag: 'complete',
}
/**
 * It is about to trap: paused before the instruction, whose operands are still there. A normal
 * resumption lets the trap happen. Also a host function that threw.
 */
export interface EventTrap {
  tag: 'trap',
}
/**
 * The next instruction has a breakpoint, or a single step is done.
 */
export interface EventBreakpoint {
  tag: 'breakpoint',
}
/**
 * Stopped because of `interrupt`.
 */
export interface EventInterrupted {
  tag: 'interrupted',
}
/**
 * This exception is being thrown, and no handler has been looked for yet.
 */
export interface EventException {
  tag: 'exception',
  val: WasmException,
}
/**
 * The injected call returned these values.
 */
export interface EventInjectedCallReturn {
  tag: 'injected-call-return',
  val: Array<WasmValue>,
}
/**
 * The types of values.
 */
export type WasmType = WasmTypeWasmI32 | WasmTypeWasmI64 | WasmTypeWasmF32 | WasmTypeWasmF64 | WasmTypeWasmV128 | WasmTypeWasmFuncref | WasmTypeWasmExnref;
export interface WasmTypeWasmI32 {
  tag: 'wasm-i32',
}
export interface WasmTypeWasmI64 {
  tag: 'wasm-i64',
}
export interface WasmTypeWasmF32 {
  tag: 'wasm-f32',
}
export interface WasmTypeWasmF64 {
  tag: 'wasm-f64',
}
export interface WasmTypeWasmV128 {
  tag: 'wasm-v128',
}
export interface WasmTypeWasmFuncref {
  tag: 'wasm-funcref',
}
export interface WasmTypeWasmExnref {
  tag: 'wasm-exnref',
}

export class Debuggee {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Every core module that the program has loaded so far.
  */
  allModules(): Array<Module>;
  /**
  * Every instance of a core module that the program has made so far.
  */
  allInstances(): Array<Instance>;
  /**
  * Asks for an `interrupted` event. A running program stops at its next function entry or loop
  * header. A paused one will give the event on the next resumption, before any instruction.
  * Never waits.
  */
  interrupt(): void;
  /**
  * Resumes, and stops before the next instruction that is reached in any function.
  */
  singleStep(resumption: ResumptionValue): EventFuture;
  /**
  * Resumes, and stops at the next event.
  */
  'continue'(resumption: ResumptionValue): EventFuture;
  /**
  * The innermost frame of each activation, the newest activation first. An activation is a run
  * of wasm frames between two host frames. Empty before the program starts and after it ended.
  */
  exitFrames(): Array<Frame>;
}

export class EventFuture {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * A pollable that is ready once the event is there.
  */
  subscribe(): Pollable;
  /**
  * Waits for the event and takes it. The debuggee is paused afterwards, or complete.
  * 
  * It fails if the resumption could not be carried out, and the debuggee is then paused where
  * it was: `mismatched-type` for values of the wrong number or types, `invalid-frame` if there
  * was no frame to act on, `execution-trap` when an injected call did not return.
  */
  static finish(self: EventFuture, debuggee: Debuggee): Event;
}

export class Frame {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  getInstance(d: Debuggee): Instance;
  /**
  * The function index; imports count, so `instance.get-func` of it is this function.
  */
  getFuncIndex(d: Debuggee): number;
  /**
  * The next instruction of the innermost frame; in a frame that is in a call, the instruction
  * after the call.
  */
  getPc(d: Debuggee): number;
  /**
  * Parameters, then declared locals.
  */
  getLocals(d: Debuggee): Array<WasmValue>;
  /**
  * The operand stack, bottom first. In a frame that is in a call the arguments of that call are
  * still there.
  */
  getStack(d: Debuggee): Array<WasmValue>;
  /**
  * The caller within the same activation, or none.
  */
  parentFrame(d: Debuggee): Frame | undefined;
}

export class Global {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Its value; `unsupported-type` if `wasm-value` cannot express it.
  */
  get(d: Debuggee): WasmValue;
  /**
  * Fails with `read-only` if the global is immutable, `mismatched-type` if the value is not of
  * its type.
  */
  set(d: Debuggee, val: WasmValue): void;
  clone(): Global;
  uniqueId(): bigint;
}

export class Instance {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * The module that this is an instance of.
  */
  getModule(d: Debuggee): Module;
  /**
  * The memory with this index; `invalid-entity` if there is none. The same for the others.
  */
  getMemory(d: Debuggee, memoryIndex: number): Memory;
  getGlobal(d: Debuggee, globalIndex: number): Global;
  getTable(d: Debuggee, tableIndex: number): Table;
  getFunc(d: Debuggee, funcIndex: number): WasmFunc;
  getTag(d: Debuggee, tagIndex: number): WasmTag;
  clone(): Instance;
  /**
  * Equal for two handles exactly if they are of the same instance. The same holds for
  * `unique-id` of the other resources, each kind for itself.
  */
  uniqueId(): bigint;
}

export class Memory {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * The present size, in bytes.
  */
  sizeBytes(d: Debuggee): bigint;
  /**
  * The size of one page, in bytes.
  */
  pageSizeBytes(d: Debuggee): bigint;
  /**
  * Grows the memory by `delta` bytes and gives the size in bytes that it had before. Fails with
  * `memory-grow-failure` if `delta` is not a number of whole pages or growing is refused.
  */
  growToBytes(d: Debuggee, delta: bigint): bigint;
  /**
  * A copy of `len` bytes from `addr`; `alloc-failure` for more than can be handed over at once,
  * which is at least 1 GiB.
  */
  getBytes(d: Debuggee, addr: bigint, len: bigint): Uint8Array;
  /**
  * Overwrites the bytes from `addr`.
  */
  setBytes(d: Debuggee, addr: bigint, bytes: Uint8Array): void;
  getU8(d: Debuggee, addr: bigint): number;
  getU16(d: Debuggee, addr: bigint): number;
  getU32(d: Debuggee, addr: bigint): number;
  getU64(d: Debuggee, addr: bigint): bigint;
  setU8(d: Debuggee, addr: bigint, value: number): void;
  setU16(d: Debuggee, addr: bigint, value: number): void;
  setU32(d: Debuggee, addr: bigint, value: number): void;
  setU64(d: Debuggee, addr: bigint, value: bigint): void;
  clone(): Memory;
  uniqueId(): bigint;
}

export class Module {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Its binary as the program loaded it, or none if the host does not have it.
  */
  bytecode(): Uint8Array | undefined;
  /**
  * Stops every instance of the module before the instruction at this pc. A pc between two
  * instructions means the next one of that function; outside every function body:
  * `invalid-pc`. Breakpoints are counted: one that was added twice must be removed twice.
  */
  addBreakpoint(d: Debuggee, pc: number): void;
  /**
  * Takes back one `add-breakpoint` of the same pc; `invalid-pc` if there is none.
  */
  removeBreakpoint(d: Debuggee, pc: number): void;
  clone(): Module;
  uniqueId(): bigint;
}

export class Table {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * The number of elements.
  */
  len(d: Debuggee): bigint;
  getElement(d: Debuggee, index: bigint): WasmValue;
  setElement(d: Debuggee, index: bigint, val: WasmValue): void;
  clone(): Table;
  uniqueId(): bigint;
}

export class WasmException {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  getTag(d: Debuggee): WasmTag;
  /**
  * The values that it was thrown with.
  */
  getValues(d: Debuggee): Array<WasmValue>;
  clone(d: Debuggee): WasmException;
  /**
  * A new exception; `mismatched-type` if the values are not what the tag takes.
  */
  static make(d: Debuggee, tag: WasmTag, values: Array<WasmValue>): WasmException;
}

export class WasmFunc {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * The types of its parameters; `unsupported-type` if `wasm-type` cannot express one.
  */
  params(d: Debuggee): Array<WasmType>;
  /**
  * The types of its results.
  */
  results(d: Debuggee): Array<WasmType>;
  clone(): WasmFunc;
}

export class WasmTag {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * The types of the values that an exception with this tag carries.
  */
  params(d: Debuggee): Array<WasmType>;
  uniqueId(): bigint;
  clone(): WasmTag;
  /**
  * A new tag, different from every other.
  */
  static make(d: Debuggee, params: Array<WasmType>): WasmTag;
}

export class WasmValue {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  getType(): WasmType;
  unwrapI32(): number;
  unwrapI64(): bigint;
  unwrapF32(): number;
  unwrapF64(): number;
  /**
  * 16 bytes, little-endian: lane 0 first.
  */
  unwrapV128(): Uint8Array;
  /**
  * None for a null reference.
  */
  unwrapFunc(): WasmFunc | undefined;
  /**
  * None for a null reference.
  */
  unwrapException(): WasmException | undefined;
  static makeI32(value: number): WasmValue;
  static makeI64(value: bigint): WasmValue;
  static makeF32(value: number): WasmValue;
  static makeF64(value: number): WasmValue;
  /**
  * From 16 bytes, lane 0 first; another length is a trap.
  */
  static makeV128(value: Uint8Array): WasmValue;
  clone(): WasmValue;
}
