/** @module Interface bytecodealliance:wasmtime/debugger@44.0.0 **/
/**
 * Runs the debugger. `d` is paused and none of its code has run. `args[0]` is the debugger's
 * name; the user's arguments follow.
 * 
 * When this returns and the debuggee has not completed, the debuggee runs on to its end with no
 * further events. When it traps, the debuggee is ended.
 */
export function debug(d: Debuggee, args: Array<string>): void;
export type Debuggee = import('./bytecodealliance-wasmtime-debuggee.js').Debuggee;
