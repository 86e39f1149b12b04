// The contract's interpreter as a component in TypeScript: one command in each argument.
import {
  EventFuture,
  WasmException,
  WasmTag,
  WasmValue,
} from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { getStdin } from 'wasi:cli/stdin@0.2.12';
import { subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.12';
import { poll } from 'wasi:io/poll@0.2.12';
import print from 'print-debugger-info';
import { Interpreter } from '../../host/contract/interpreter.ts';

export const dbg = {
  debug(d, args) {
    let stdin;
    const world = {
      classes: { EventFuture, WasmException, WasmTag, WasmValue },
      poll,
      timer: subscribeDuration,
      // The stream has to outlive its pollables.
      stdin() {
        stdin ??= getStdin();
        return stdin.subscribe();
      },
    };
    const interpreter = new Interpreter(world, d);
    for (const command of args.slice(1)) print(interpreter.run(command));
  },
};
export { dbg as debugger };
