/**
 * `process.stdin`, `stdout` and `stderr` as the main thread has them. Those of a Worker are pipes to
 * main, through which nothing flows while the Worker does not turn its event loop: while the program
 * computes, or is stopped. Here writing is synchronous and done by the Worker itself, so nothing is
 * lost or reordered whatever comes next. Made when first asked for, as in Node.
 */
import { createReadStream, fstatSync } from 'node:fs';
import { Socket, type SocketConstructorOpts } from 'node:net';
import { Readable, Writable } from 'node:stream';
import {
  isatty,
  ReadStream as TerminalReadStream,
  WriteStream as TerminalWriteStream,
} from 'node:tty';
import { writeBlocking } from '../terminal.ts';

const STDOUT = 1;
const STDERR = 2;

type StreamName = 'stdin' | 'stdout' | 'stderr';

/** @param stdin file descriptor of the standard input */
export function standardStreams(stdin: number): Record<StreamName, () => Readable | Writable> {
  return {
    stdin: once(() => input(stdin)),
    stdout: once(() => output(STDOUT)),
    stderr: once(() => output(STDERR)),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function output(fd: number): Writable {
  const stream = isatty(fd) ? new TerminalWriteStream(fd) : new DescriptorStream(fd);
  // They cannot be closed: `_destroy` is what Node replaces too.
  stream._destroy = (error, done) => done(error);
  return Object.assign(stream, { _isStdio: true });
}

/** A file or a pipe, written to at once. */
class DescriptorStream extends Writable {
  readonly fd: number;
  readonly _type: 'fs' | 'pipe';

  constructor(fd: number) {
    super({ decodeStrings: true });
    this.fd = fd;
    this._type = kindOf(fd) === 'file' ? 'fs' : 'pipe';
  }

  override _write(chunk: Uint8Array, _: string, done: (error?: Error | null) => void): void {
    try {
      writeBlocking(this.fd, chunk);
      done();
    } catch (error) {
      const { code, errno } = error as NodeJS.ErrnoException;
      done(Object.assign(new Error(`write ${code}`), { errno, code, syscall: 'write' }));
    }
  }
}

function input(fd: number): Readable {
  if (isatty(fd)) return asStdin(new TerminalReadStream(fd), fd);
  switch (kindOf(fd)) {
    case 'file':
      return asStdin(createReadStream('', { fd, autoClose: false }), fd);
    case 'pipe': {
      // It must not read, nor keep the thread alive, before somebody listens.
      const options: SocketConstructorOpts & { manualStart: true } = {
        fd,
        readable: true,
        writable: false,
        manualStart: true,
      };
      const socket = new Socket(options);
      (socket as { _type?: string })._type = 'pipe';
      return asStdin(socket, fd);
    }
    case 'none':
      return asStdin(Readable.from([]), fd);
  }
}

interface Internals {
  readonly _handle?: { reading: boolean; readStop?(): void };
  readonly _readableState: { reading: boolean };
}

/** As in Node: one that is paused lets the thread end. */
function asStdin<S extends Readable>(stream: S, fd: number): S {
  const { _handle: handle, _readableState: state } = stream as S & Internals;
  const stop = (): void => {
    if (handle?.readStop === undefined) return;
    handle.reading = false;
    state.reading = false;
    handle.readStop();
  };
  stop();
  stream.on('pause', () => {
    process.nextTick(() => {
      if (handle?.reading === true && stream.readableFlowing !== true) stop();
    });
  });
  return Object.assign(stream, { fd });
}

function kindOf(fd: number): 'file' | 'pipe' | 'none' {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket() ? 'pipe' : 'file';
  } catch {
    return 'none';
  }
}
