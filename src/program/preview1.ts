/** WASI preview1 for the program: `node:wasi`, adapted to a blocking thread. */
import { createRequire } from 'node:module';
import { messageOf, StartError } from './errors.ts';
import { WASI_MODULE } from './imports.ts';
import { ProgramExit } from './program-exit.ts';
import { sleepBriefly } from './terminal.ts';

export interface Preview1 {
  readonly imports: WebAssembly.ModuleImports;
  /** Calls `_start`. `exports.memory` must be a memory. */
  start(exports: WebAssembly.Exports): void;
  /** Makes the memory known and calls `_initialize` if it is there. */
  initialize(exports: WebAssembly.Exports): void;
}

/**
 * @param dirs guest path to host path
 * @throws StartError if a directory cannot be opened
 */
export function createPreview1(options: {
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly dirs: ReadonlyMap<string, string>;
  /** A file descriptor. */
  readonly stdin: number;
}): Preview1 {
  const { WASI } = loadWasi();
  let wasi: InstanceType<typeof WASI>;
  try {
    wasi = new WASI({
      version: 'preview1',
      args: [...options.args],
      env: Object.fromEntries(options.env),
      preopens: Object.fromEntries(options.dirs),
      stdin: options.stdin,
      returnOnExit: true,
    });
  } catch (error) {
    throw new StartError(`cannot set up ${WASI_MODULE}: ${messageOf(error)}`);
  }
  const functions = wasi.wasiImport as Functions;
  return {
    imports: {
      ...functions,
      ...blockingStdio(functions),
      // Node's own proc_exit throws a private symbol that only wasi.start can tell from an error,
      // and `--invoke` does not go through wasi.start.
      proc_exit(code: number): never {
        throw new ProgramExit(code >>> 0);
      },
    },
    // Only these two: Node refuses an instance that exports `_initialize` as well.
    start: ({ memory, _start }) =>
      void wasi.start({ exports: { memory: memory!, _start: _start! } }),
    initialize({ memory, _initialize }) {
      // Node refuses an instance that also has `_start`, which `--invoke` does not call.
      wasi.initialize({ exports: { memory: memory!, ...(_initialize && { _initialize }) } });
    },
  };
}

type Functions = Record<string, (...args: number[]) => number>;

/** Its warning that WASI is experimental would stand in the middle of the program's stderr. */
function loadWasi(): typeof import('node:wasi') {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return createRequire(import.meta.url)('node:wasi');
  } finally {
    process.emitWarning = emitWarning;
  }
}

const EAGAIN = 6;
const FDFLAGS_NONBLOCK = 4;

/**
 * Standard input, output and error that block even if somebody else who has the same open file
 * made it non-blocking (a terminal or a pipe shared with a parent Node process). A native program
 * would meet EAGAIN there as well, and lose output: few check for it. A program that asks for
 * non-blocking itself gets it.
 */
function blockingStdio(wasi: Functions): Functions {
  const blocking = new Set([0, 1, 2]);
  const retry =
    (call: (...args: number[]) => number) =>
    (...args: number[]): number => {
      for (;;) {
        const errno = call(...args);
        if (errno !== EAGAIN || !blocking.has(args[0]!)) return errno;
        sleepBriefly();
      }
    };
  return {
    fd_write: retry(wasi['fd_write']!),
    fd_read: retry(wasi['fd_read']!),
    fd_fdstat_set_flags(fd, flags) {
      const errno = wasi['fd_fdstat_set_flags']!(fd!, flags!);
      if (errno === 0 && (flags! & FDFLAGS_NONBLOCK) !== 0) blocking.delete(fd!);
      return errno;
    },
  };
}
