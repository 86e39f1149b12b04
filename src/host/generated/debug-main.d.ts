// world bytecodealliance:wasmtime/debug-main@44.0.0
import type * as BytecodeallianceWasmtimeDebuggee from './interfaces/bytecodealliance-wasmtime-debuggee.js'; // bytecodealliance:wasmtime/debuggee@44.0.0
import type * as WasiIoPoll from './interfaces/wasi-io-poll.js'; // wasi:io/poll@0.2.12
import type * as BytecodeallianceWasmtimeDebugger from './interfaces/bytecodealliance-wasmtime-debugger.js'; // bytecodealliance:wasmtime/debugger@44.0.0
export interface ImportObject {
  'print-debugger-info': {
    /**
    * Shows a message to the user: a line on the host's standard error, apart from the output of
    * the program and of the debugger.
    */
    'default'(message: string): void,
  },
  'bytecodealliance:wasmtime/debuggee@44.0.0': typeof BytecodeallianceWasmtimeDebuggee,
  'wasi:io/poll@0.2.12': typeof WasiIoPoll,
}
export interface DebugMain {
  'bytecodealliance:wasmtime/debugger@44.0.0': typeof BytecodeallianceWasmtimeDebugger,
  'debugger': typeof BytecodeallianceWasmtimeDebugger,
}

/**
* Instantiates this component with the provided imports and
* returns a map of all the exports of the component.
*
* This function is intended to be similar to the
* `WebAssembly.Instantiate` constructor. The second `imports`
* argument is the "import object" for wasm, except here it
* uses component-model-layer types instead of core wasm
* integers/numbers/etc.
*
* The first argument to this function, `getCoreModule`, is
* used to compile core wasm modules within the component.
* Components are composed of core wasm modules and this callback
* will be invoked per core wasm module. The caller of this
* function is responsible for reading the core wasm module
* identified by `path` and returning its compiled
* `WebAssembly.Module` object. This would use the
* `WebAssembly.Module` constructor on the web, for example.
*/
export function instantiate(
getCoreModule: (path: string) => WebAssembly.Module,
imports: ImportObject,
instantiateCore?: (module: WebAssembly.Module, imports: Record<string, any>) => WebAssembly.Instance
): DebugMain;
export function instantiate(
getCoreModule: (path: string) => WebAssembly.Module | Promise<WebAssembly.Module>,
imports: ImportObject,
instantiateCore?: (module: WebAssembly.Module, imports: Record<string, any>) => WebAssembly.Instance | Promise<WebAssembly.Instance>
): DebugMain | Promise<DebugMain>;

