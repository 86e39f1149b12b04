/**
 * The type-erased interface of a debuggee. The WIT host programs against it and never sees an
 * engine, a `WebAssembly.Instance` or a type parameter: entities are opaque handles, values are
 * plain data, so that every call can cross a thread, a socket or a recording.
 *
 * A failure that the world can express is a {@link DebuggeeError}; any other error that a method
 * throws becomes a trap of the debugger component.
 */

declare const kind: unique symbol;
/**
 * A number that names an entity of one debuggee. Equal exactly for the same entity, so it also
 * serves as the world's `unique-id` where that exists.
 */
export type Handle<K extends string> = number & { readonly [kind]: K };
export type ModuleHandle = Handle<'module'>;
export type InstanceHandle = Handle<'instance'>;
export type MemoryHandle = Handle<'memory'>;
export type GlobalHandle = Handle<'global'>;
export type TableHandle = Handle<'table'>;
export type FuncHandle = Handle<'func'>;
export type TagHandle = Handle<'tag'>;
export type ExceptionHandle = Handle<'exception'>;
/** Valid until the next resumption; afterwards every use is `invalid-frame`. */
export type FrameHandle = Handle<'frame'>;

/** The in-band errors of the world, by their WIT names. */
export type ErrorCode =
  | 'invalid-entity'
  | 'invalid-pc'
  | 'invalid-frame'
  | 'unsupported-type'
  | 'mismatched-type'
  | 'non-wasm-frame'
  | 'alloc-failure'
  | 'breakpoint-update'
  | 'read-only'
  | 'out-of-bounds'
  | 'memory-grow-failure'
  | 'execution-trap';

export class DebuggeeError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.name = 'DebuggeeError';
    this.code = code;
  }
}

/** What the engine cannot do yet or was asked in the wrong state: a trap of the component. */
export class DebuggeeTrap extends Error {
  override name = 'DebuggeeTrap';
}

/** The types of values that the world can express. */
export type WasmType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'exnref';

/**
 * A value with all its bits: floats are carried as their bit patterns, because a JavaScript number
 * may lose the payload of a NaN.
 */
export type WasmValue =
  // Unsigned, 0 to 2^32-1.
  | { readonly type: 'i32'; readonly value: number }
  // Unsigned, 0 to 2^64-1.
  | { readonly type: 'i64'; readonly value: bigint }
  // IEEE 754 bits, unsigned.
  | { readonly type: 'f32'; readonly bits: number }
  | { readonly type: 'f64'; readonly bits: bigint }
  // 16 bytes, little-endian lanes.
  | { readonly type: 'v128'; readonly bytes: Uint8Array }
  // A null reference is undefined.
  | { readonly type: 'funcref'; readonly func: FuncHandle | undefined }
  | { readonly type: 'exnref'; readonly exception: ExceptionHandle | undefined };

export type Resumption =
  | { readonly kind: 'normal' }
  | { readonly kind: 'inject-call'; readonly callee: FuncHandle; readonly args: WasmValue[] }
  | { readonly kind: 'throw-exception'; readonly exception: ExceptionHandle }
  | { readonly kind: 'early-return'; readonly values: WasmValue[] };

export type DebugEvent =
  | { readonly kind: 'complete' }
  | { readonly kind: 'trap' }
  | { readonly kind: 'breakpoint' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'exception'; readonly exception: ExceptionHandle }
  | { readonly kind: 'injected-call-return'; readonly values: WasmValue[] };

/**
 *     paused --continue/singleStep--> running --event--> paused
 *                                        \--event(complete)--> complete
 *
 * Queries are allowed while paused or complete, `interrupt` always, and `wait` always.
 */
export type DebuggeeState = 'paused' | 'running' | 'complete';

export interface OpaqueDebugger {
  readonly state: DebuggeeState;

  allInstances(): InstanceHandle[];
  allModules(): ModuleHandle[];
  /** One frame per activation, the newest first. */
  exitFrames(): FrameHandle[];

  /** paused -> running. What is wrong with the resumption (types, no frame) is thrown by `wait`. */
  singleStep(resumption: Resumption): void;
  /** paused -> running. */
  continue_(resumption: Resumption): void;
  /** Asks the running program to stop at its next function entry or loop header. */
  interrupt(): void;
  /**
   * running -> paused or complete: blocks the thread until the next event, at most
   * `timeoutMs` (milliseconds; undefined: for ever), and gives undefined if none came.
   */
  wait(timeoutMs?: number): DebugEvent | undefined;

  instanceGetModule(instance: InstanceHandle): ModuleHandle;
  instanceGetMemory(instance: InstanceHandle, index: number): MemoryHandle;
  instanceGetGlobal(instance: InstanceHandle, index: number): GlobalHandle;
  instanceGetTable(instance: InstanceHandle, index: number): TableHandle;
  instanceGetFunc(instance: InstanceHandle, index: number): FuncHandle;
  instanceGetTag(instance: InstanceHandle, index: number): TagHandle;

  /** The original bytes of the core module. */
  moduleBytecode(module: ModuleHandle): Uint8Array | undefined;
  moduleAddBreakpoint(module: ModuleHandle, pc: number): void;
  moduleRemoveBreakpoint(module: ModuleHandle, pc: number): void;

  memorySizeBytes(memory: MemoryHandle): bigint;
  memoryPageSize(memory: MemoryHandle): bigint;
  /** Grows by `deltaBytes`; gives the old size in bytes. */
  memoryGrow(memory: MemoryHandle, deltaBytes: bigint): bigint;
  memoryReadBytes(memory: MemoryHandle, address: bigint, length: bigint): Uint8Array;
  memoryWriteBytes(memory: MemoryHandle, address: bigint, bytes: Uint8Array): void;

  globalGet(global: GlobalHandle): WasmValue;
  globalSet(global: GlobalHandle, value: WasmValue): void;

  tableLength(table: TableHandle): bigint;
  tableGetElement(table: TableHandle, index: bigint): WasmValue;
  tableSetElement(table: TableHandle, index: bigint, value: WasmValue): void;

  funcParams(func: FuncHandle): WasmType[];
  funcResults(func: FuncHandle): WasmType[];

  tagParams(tag: TagHandle): WasmType[];
  tagNew(params: WasmType[]): TagHandle;
  exceptionTag(exception: ExceptionHandle): TagHandle;
  exceptionValues(exception: ExceptionHandle): WasmValue[];
  exceptionNew(tag: TagHandle, values: WasmValue[]): ExceptionHandle;

  frameInstance(frame: FrameHandle): InstanceHandle;
  frameFuncAndPc(frame: FrameHandle): { func: number; pc: number };
  frameLocals(frame: FrameHandle): WasmValue[];
  frameStack(frame: FrameHandle): WasmValue[];
  frameParent(frame: FrameHandle): FrameHandle | undefined;

  /**
   * The caller holds this handle no longer, however often it was given. Handles of any kind. The
   * entity may be let go; if it is given out again, it is under the same number.
   */
  release(handle: Handle<string>): void;

  /** Lets the program run to its end without further events, and forgets all breakpoints. */
  finish(): void;
}

/** What a debuggee may offer beside the interface, to who passes it on at once. */
export interface Shortcuts {
  /**
   * `memoryReadBytes` without a copy: the memory's own bytes, for as long as the program is stopped
   * and nothing else is asked.
   */
  memoryBytes(memory: MemoryHandle, address: bigint, length: bigint): Uint8Array;

  /** `frameLocals`, or undefined if one of them is a reference: then there would be handles. */
  plainLocals(frame: FrameHandle): WasmValue[] | undefined;
}
