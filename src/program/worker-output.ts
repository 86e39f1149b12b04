/**
 * Output of JavaScript in the debuggee Worker (console.log of an `--import` module). A Worker's
 * own `process.stdout` posts to main and waits for the Worker's event loop, which does not turn
 * while the program runs or is paused: only the first write would be seen. So write to the file
 * descriptors directly, in order with the program's own output.
 */
import { writeAll } from './terminal.ts';

type WriteCallback = (error?: Error | null) => void;

function redirect(stream: NodeJS.WriteStream, fd: number): void {
  stream.write = (
    chunk: string | Uint8Array,
    encodingOrCallback?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean => {
    const encoding = typeof encodingOrCallback === 'string' ? encodingOrCallback : 'utf8';
    writeAll(fd, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    const done = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
    if (done !== undefined) queueMicrotask(() => done());
    return true;
  };
}

export function writeOutputDirectly(): void {
  redirect(process.stdout, 1);
  redirect(process.stderr, 2);
}
