/**
 * The library's face: starting a program to debug it, debugging it from JavaScript or by a debugger
 * component, and running components over a debuggee of one's own that implements
 * {@link OpaqueDebugger}. `docs/library.md` shows each.
 */

export { ChannelClosedError } from './channel/buffers.ts';
export type { Capabilities } from './host/capabilities.ts';
export type { OutputSink } from './host/output.ts';
export type { EventSubscription } from './host/subscription.ts';
export {
  closeConnection,
  connectDebugger,
  createConnection,
  type DebuggeeConnection,
  takeInterrupt,
} from './library/connection.ts';
export { type DebugHereOptions, debugHere, type StopReason } from './library/debug-here.ts';
export {
  type Debuggee,
  type DebuggeeOptions,
  type ProgramEnd,
  startDebuggee,
} from './library/debuggee.ts';
export { type FunctionInfo, functionsOf } from './library/functions.ts';
export {
  type Component,
  type DebuggerEnd,
  DebuggerFailed,
  type RunDebuggerOptions,
  runDebugger,
  runDebuggerHere,
} from './library/run-debugger.ts';
export * from './opaque-debugger/opaque-debugger.ts';
export { DebuggeeServer, type Outcome } from './opaque-debugger/server.ts';
export { StartError } from './program/errors.ts';
export { WasmError } from './wasm/error.ts';
