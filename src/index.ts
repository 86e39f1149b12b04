/**
 * The library's face: what another program needs to host debugger components, over Witness's
 * engine or over a debuggee of its own that implements {@link OpaqueDebugger}.
 */

export {
  type ChannelBuffers,
  ChannelClosedError,
  closeChannel,
  createChannel,
} from './channel/buffers.ts';
export { createDebugMemory } from './engine/runtime/debug-memory.ts';
export { Engine, type EngineOptions, type StopEvent } from './engine/runtime/engine.ts';
export type { DebugInstance } from './engine/runtime/instance.ts';
export { requestInterrupt } from './engine/runtime/interrupt.ts';
export type { DebugModule } from './engine/runtime/module.ts';
export { ComponentError, type DebuggerComponent, loadComponent } from './host/load.ts';
export type { OutputSink } from './host/output.ts';
export {
  type DebuggerOptions,
  type DebuggerReport,
  type SpawnedDebugger,
  spawnDebugger,
} from './host/spawn.ts';
export { LocalDebugger } from './opaque-debugger/local.ts';
export * from './opaque-debugger/opaque-debugger.ts';
export { RemoteDebugger } from './opaque-debugger/remote.ts';
export { DebuggeeServer } from './opaque-debugger/server.ts';
export { WasmError } from './wasm/error.ts';
