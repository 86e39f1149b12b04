/** A program in a Worker of its own, to be debugged from the thread that starts it or from another. */

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { OpaqueDebugger } from '../opaque-debugger/opaque-debugger.ts';
import type { DebuggeeStart } from '../program/debuggee-messages.ts';
import { StartError } from '../program/errors.ts';
import { programFile, readProgramFile } from '../program/program-file.ts';
import { connectDebugger, createConnection, type DebuggeeConnection } from './connection.ts';

export interface DebuggeeOptions {
  /** What to call the program in messages; also its `args[0]`. Default: its path, or
   * `program.wasm`. */
  readonly name?: string;
  /** The program's arguments, or those of the function to invoke. */
  readonly args?: readonly string[];
  /** The program's environment, which is otherwise empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** File descriptor of the program's standard input. Default: that of the process. */
  readonly stdin?: number;
  /** Whether a component may use sockets, name lookup and HTTP. Default: no. */
  readonly network?: boolean;
  /** Directories for the program: path in the program to path here. */
  readonly dirs?: Readonly<Record<string, string>>;
  /**
   * Imports beside WASI: name of the import module to the JavaScript module whose exports they are,
   * a path or a `file:` URL. It is loaded in the program's thread.
   */
  readonly imports?: Readonly<Record<string, string | URL>>;
  /** The exported function to call instead of `_start`. */
  readonly invoke?: string;
  /** `exact`, the default: stopped before a trap. `native`: told of it afterwards, at more speed. */
  readonly traps?: 'exact' | 'native';
}

export type ProgramEnd =
  /** It returned, or called `proc_exit`. */
  | { readonly kind: 'exited'; readonly status: number }
  /** A trap, or an exception, left its outermost frame. The message shows where. */
  | { readonly kind: 'trapped'; readonly message: string }
  /** JavaScript in its thread called `process.exit`. */
  | { readonly kind: 'process-exit'; readonly status: number }
  /** It could not be linked, or its thread died or was ended. */
  | { readonly kind: 'failed'; readonly message: string };

export interface Debuggee {
  /**
   * The program, paused before its first instruction. Calls block this thread; `wait` does so until
   * the program stops. Only one thread, or one component, may debug a program.
   */
  readonly debugger: OpaqueDebugger;
  /** For debugging it from another thread, with {@link connectDebugger}. */
  readonly connection: DebuggeeConnection;
  /**
   * How the program ended. Settles once and never rejects; not before the debugger has let the
   * program go, and not while this thread is blocked.
   */
  readonly ended: Promise<ProgramEnd>;
  /** Ends the program's thread, wherever it is. Without it, a paused program keeps the process alive. */
  terminate(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The watching thread -> here. */
export type WatchMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ended'; readonly end: ProgramEnd };

/** The same file as it runs: TypeScript in development, JavaScript in the package. */
const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/**
 * Loads a program in a Worker, and links it as `witness run` does.
 *
 * @param program the bytes of a core module or a component, which are copied; or the path or `file:` URL
 *   of one, or of a JavaScript module that uses WebAssembly
 * @returns the program, paused before any of its code has run
 * @throws StartError for a program or options with which it cannot be started
 */
export async function startDebuggee(
  program: Uint8Array | string | URL,
  options: DebuggeeOptions = {},
): Promise<Debuggee> {
  const connection = createConnection();
  const path = program instanceof Uint8Array ? undefined : pathOf(program);
  const name = options.name ?? path ?? 'program.wasm';
  const workerData: DebuggeeStart = {
    ...startOptions(name, options),
    channel: connection.channel,
    memory: connection.memory as WebAssembly.Memory,
    file: path === undefined ? programFile(name, program as Uint8Array) : readProgramFile(path),
  };
  const watch = new Worker(new URL(`./debuggee-watch${suffix}`, import.meta.url), {
    name: 'witness-debuggee-watch',
    workerData,
    stdout: true,
    stderr: true,
  });
  let announceReady = () => {};
  const ready = new Promise<void>((resolve) => (announceReady = resolve));
  const ended = new Promise<ProgramEnd>((resolve) => {
    const dead = (message: string) => resolve({ kind: 'failed', message });
    watch.on('message', (message: WatchMessage) => {
      if (message.kind === 'ready') announceReady();
      else resolve(message.end);
    });
    watch.on('error', (error) => dead(error instanceof Error ? error.message : String(error)));
    watch.on('exit', () => dead('its thread was ended'));
  });
  const refused = await Promise.race([ready, ended]);
  if (refused !== undefined) {
    await watch.terminate();
    throw new StartError('message' in refused ? refused.message : 'it ended before it could run');
  }
  const terminate = async () => void (await watch.terminate());
  let remote: OpaqueDebugger | undefined;
  return {
    get debugger() {
      remote ??= connectDebugger(connection);
      return remote;
    },
    connection,
    ended,
    terminate,
    [Symbol.asyncDispose]: terminate,
  };
}

function pathOf(file: string | URL): string {
  return /^file:/.test(String(file)) ? fileURLToPath(file) : String(file);
}

function startOptions(
  name: string,
  options: DebuggeeOptions,
): Omit<DebuggeeStart, 'file' | 'memory' | 'channel'> {
  const { args = [], env, dirs, imports = {}, invoke, traps, stdin = 0, network = false } = options;
  return {
    program: name,
    args: [...args],
    env: new Map(Object.entries(env ?? {})),
    dirs: new Map(Object.entries(dirs ?? {})),
    imports: new Map(Object.entries(imports).map(([module, file]) => [module, pathOf(file)])),
    invoke,
    stdin,
    network,
    traps: traps ?? 'exact',
  };
}
