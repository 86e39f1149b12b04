/**
 * Where the text of the debugger goes: whole lines, each with a mark, straight to a file
 * descriptor. Runs in the debugger's Worker, which blocks most of the time: the streams of a
 * blocked Worker do not flow, a write to the descriptor does.
 */

import { writeSync } from 'node:fs';

export interface OutputSink {
  /** File descriptor of the process. */
  readonly fd: number;
  /** Put before each line. Empty: the bytes pass through unchanged and at once. */
  readonly prefix: string;
  /** Lines are held back until they are finished, also without a prefix. */
  readonly wholeLines?: boolean;
}

const NEWLINE = 0x0a;
/** A line that is longer is written in pieces, in bytes. */
const LONGEST_LINE = 64 * 1024;
/** How long to wait for a full pipe before trying again, in milliseconds. */
const RETRY_MS = 2;

export class LineWriter {
  readonly #fd: number;
  readonly #prefix: Buffer;
  readonly #passesThrough: boolean;
  /** What is written while it is not to be shown. */
  #captured: Uint8Array[] | undefined;
  /** The beginning of a line whose end has not come yet. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor({ fd, prefix, wholeLines }: OutputSink) {
    this.#fd = fd;
    this.#prefix = Buffer.from(prefix);
    this.#passesThrough = prefix === '' && wholeLines !== true;
  }

  write(bytes: Uint8Array): void {
    if (this.#captured !== undefined) {
      this.#captured.push(new Uint8Array(bytes));
      return;
    }
    if (this.#passesThrough) {
      writeAll(this.#fd, bytes);
      return;
    }
    const out: Uint8Array[] = [];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end < 0) break;
      out.push(this.#prefix, ...this.#pending, bytes.subarray(start, end + 1));
      this.#pending = [];
      this.#pendingBytes = 0;
      start = end + 1;
    }
    if (out.length > 0) writeAll(this.#fd, Buffer.concat(out));
    if (start < bytes.length) {
      // The caller may use its memory again. (Not slice: that of a Buffer makes no copy.)
      this.#pending.push(new Uint8Array(bytes.subarray(start)));
      this.#pendingBytes += bytes.length - start;
      if (this.#pendingBytes > LONGEST_LINE) this.flush();
    }
  }

  /** One line, which must not run into an unfinished one. */
  writeLine(text: string): void {
    this.flush();
    this.write(Buffer.from(`${text}\n`));
  }

  /** Gives the unfinished line away: who takes it shows it. */
  takeUnfinished(): string {
    const text = Buffer.concat(this.#pending).toString();
    this.#pending = [];
    this.#pendingBytes = 0;
    return text;
  }

  /** From now on nothing is shown, until `endCapture` gives all that was written. */
  capture(): void {
    this.#captured = [];
  }

  /** The text that was written, without its last, unfinished line, which is kept like any other. */
  endCapture(): string {
    const text = Buffer.concat(this.#captured ?? []).toString();
    this.#captured = undefined;
    const end = text.lastIndexOf('\n') + 1;
    this.write(Buffer.from(text.slice(end)));
    return text.slice(0, end);
  }

  /** Ends the line that is still unfinished, so that what follows has its own. */
  flush(): void {
    if (this.#pending.length > 0) this.write(Uint8Array.of(NEWLINE));
  }
}

/** Blocks until all is written. Gives up silently when nobody can read it any more. */
function writeAll(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      // A pipe that is shared with other processes may be non-blocking, and full.
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
