/**
 * What a debugger component gets of WASI: output, clocks, random numbers, and what its capabilities
 * give it; or, instead of output and input, the clients that it serves. Runs in the debugger's Worker.
 */

import * as shim from '@bytecodealliance/preview2-shim';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { type Capabilities, capableImports, type Interface } from './capabilities.ts';
import type { ClientStreams } from './client-streams.ts';
import type { EditedInput } from './edited-input.ts';
import type { LineWriter } from './output.ts';
import type { Poller } from './poll.ts';
import type { PolledInput } from './polled-input.ts';

/** What the component called `wasi:cli/exit` with. Thrown through the component to end it. */
export class ComponentExit extends WebAssembly.RuntimeError {
  override name = 'ComponentExit';
  readonly status: number;

  constructor(status: number) {
    super(`the debugger exited with status ${status}`);
    this.status = status;
  }
}

export interface WasiOptions {
  /** `args[0]` is the debugger's name. */
  readonly args: readonly string[];
  /** Instead of standard output and input: the clients that come one after the other. */
  readonly clients?: ClientStreams | undefined;
  /** Instead of standard input: lines that are asked for. */
  readonly edited?: EditedInput | undefined;
  /** What makes the pollables of events and clients. Default: the shim. */
  readonly poller?: Poller | undefined;
  readonly stdout: LineWriter;
  readonly stderr: LineWriter;
  /** Default: none. */
  readonly capabilities?: Capabilities | undefined;
}

/** Where an output stream goes. */
interface Writer {
  write(bytes: Uint8Array): void;
}

/** Names of the methods of `output-stream` with which the bindings may call us. */
interface OutputMethods {
  checkWrite(): bigint;
  write(bytes: Uint8Array): void;
  blockingWriteAndFlush(bytes: Uint8Array): void;
  flush(): void;
  blockingFlush(): void;
  subscribe(): unknown;
  writeZeroes(length: bigint): void;
  blockingWriteZeroesAndFlush(length: bigint): void;
  splice(source: InputMethods, length: bigint): bigint;
  blockingSplice(source: InputMethods, length: bigint): bigint;
  [Symbol.dispose](): void;
}

interface InputMethods {
  read(length: bigint): Uint8Array;
  blockingRead(length: bigint): Uint8Array;
  skip(length: bigint): bigint;
  blockingSkip(length: bigint): bigint;
  subscribe(): unknown;
  [Symbol.dispose](): void;
}

/** How much may be written at once, in bytes: each write goes out before it returns. */
const WRITE_LIMIT = 1n << 20n;

/** The imports of WASI, by unversioned name. */
export function wasiImports(options: WasiOptions): Record<string, Interface> {
  // Its types are those of the package's browser build; what runs is the one for Node.
  const imports = new WASIShim().getImportObject() as unknown as Record<string, Interface>;
  const capable = capableImports(options.capabilities ?? {});
  const { clients, edited } = options;
  const stdout = outputStream(clients ?? options.stdout);
  const stderr = outputStream(options.stderr);
  const none = () => undefined;
  return {
    ...imports,
    ...capable,
    'wasi:cli/environment': {
      ...capable['wasi:cli/environment'],
      getArguments: () => [...options.args],
    },
    // The shim's own ends the process, or the Worker before it can report anything.
    'wasi:cli/exit': {
      exit: (status: { tag: 'ok' | 'err' }) => {
        throw new ComponentExit(status.tag === 'ok' ? 0 : 1);
      },
      exitWithCode: (status: number) => {
        throw new ComponentExit(status);
      },
    },
    ...(clients && { 'wasi:cli/stdin': { getStdin: () => inputStream(clients.next()) } }),
    ...(edited && { 'wasi:cli/stdin': { getStdin: () => inputStream(edited) } }),
    'wasi:cli/stdout': { getStdout: () => stdout },
    'wasi:cli/stderr': { getStderr: () => stderr },
    'wasi:cli/terminal-stdin': { getTerminalStdin: none },
    'wasi:cli/terminal-stdout': { getTerminalStdout: none },
    'wasi:cli/terminal-stderr': { getTerminalStderr: none },
    ...(options.poller && { 'wasi:io/poll': options.poller.interface }),
  };
}

/**
 * An `output-stream` over a LineWriter. A subclass, because the bindings check for the class that
 * the component imports; none of that class's own methods remain, since they all go through the I/O
 * worker, at about 60 us each.
 */
function outputStream(writer: Writer): object {
  const Base = (shim.io.streams as unknown as Interface)['OutputStream'] as new () => object;
  const write = (bytes: Uint8Array) => writer.write(bytes);
  const zeroes = (length: bigint) => writer.write(new Uint8Array(Number(length)));
  const methods: OutputMethods = {
    checkWrite: () => WRITE_LIMIT,
    write,
    blockingWriteAndFlush: write,
    flush() {},
    blockingFlush() {},
    // Ready at once.
    subscribe: () => shim.clocks.monotonicClock.subscribeDuration(0n),
    writeZeroes: zeroes,
    blockingWriteZeroesAndFlush: zeroes,
    splice: (source, length) => spliced(write, source.read(length)),
    blockingSplice: (source, length) => spliced(write, source.blockingRead(length)),
    // One object for all of the component's handles to this stream: none of them ends it.
    [Symbol.dispose]() {},
  };
  return Object.assign(new Base(), methods);
}

/** An `input-stream` over an input of ours. A subclass for the same reason. */
function inputStream(input: PolledInput): object {
  const Base = (shim.io.streams as unknown as Interface)['InputStream'] as new () => object;
  const methods: InputMethods = {
    read: (length) => input.read(length),
    blockingRead: (length) => input.blockingRead(length),
    skip: (length) => BigInt(input.read(length).length),
    blockingSkip: (length) => BigInt(input.blockingRead(length).length),
    subscribe: () => input.subscribe(),
    [Symbol.dispose]() {},
  };
  return Object.assign(new Base(), methods);
}

function spliced(write: (bytes: Uint8Array) => void, bytes: Uint8Array): bigint {
  write(bytes);
  return BigInt(bytes.length);
}
