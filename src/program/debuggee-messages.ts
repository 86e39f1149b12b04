/** What main and the debuggee Worker tell each other: one start, then one message for each turn. */

import type { ChannelBuffers } from '../channel/buffers.ts';
import type { EngineOptions } from '../engine/runtime/engine.ts';
import type { Stage } from '../host/stage.ts';

/** When the debugger hears of a trap: before it, or once it has happened. */
export type Traps = NonNullable<EngineOptions['traps']>;

/** What kind of program a file is. */
export type ProgramFile =
  | { readonly kind: 'module' | 'component'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Node decides what to make of it. */
  | { readonly kind: 'javascript'; readonly path: string };

/** main -> Worker, as its workerData. */
export interface DebuggeeStart {
  /** As it was given on the command line: also the program's args[0]. */
  readonly program: string;
  readonly file: ProgramFile;
  /** args[1..] of the program, or the arguments of the invoked export. */
  readonly args: readonly string[];
  /** Guest path to host path. */
  readonly dirs: ReadonlyMap<string, string>;
  readonly env: ReadonlyMap<string, string>;
  /** Import module name to the path of a JavaScript module. */
  readonly imports: ReadonlyMap<string, string>;
  /** The file descriptor of its standard input. */
  readonly stdin: number;
  readonly invoke: string | undefined;
  /** A component may use sockets, name lookup and HTTP. */
  readonly network: boolean;
  readonly traps: Traps;
  readonly memory: WebAssembly.Memory;
  /** Undefined: there is no debugger. */
  readonly channel: ChannelBuffers | undefined;
}

/** Worker -> main. After any but `ready` and `stage` no more code of the program runs. */
export type DebuggeeMessage =
  /** Everything has been found; from here on what fails is the program. */
  | { readonly kind: 'ready' }
  /** Work before it runs; also later, when it loads another module. */
  | { readonly kind: 'stage'; readonly stage: Stage }
  /** The program could not be started; its arguments were wrong if `usage`. */
  | { readonly kind: 'refused'; readonly usage: boolean; readonly message: string }
  /** It returned, or called proc_exit. */
  | { readonly kind: 'exited'; readonly status: number }
  /** An error left its outermost frame. */
  | { readonly kind: 'trapped'; readonly message: string }
  /** JavaScript in its Worker called process.exit. */
  | { readonly kind: 'process-exit'; readonly status: number };
