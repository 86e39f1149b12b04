/** The component's standard input, by lines. */

import { getStdin } from 'wasi:cli/stdin@0.2.12';

/** How much is asked for at once, in bytes. */
const CHUNK = 4096n;
const NEWLINE = 0x0a;

export class LineReader {
  readonly #stream = getStdin();
  #pending = new Uint8Array(0);
  #ended = false;

  /** Waits for the next line, without its line break; undefined at the end of the input. */
  next(): string | undefined {
    for (;;) {
      const end = this.#pending.indexOf(NEWLINE);
      if (end >= 0) {
        const line = this.#pending.subarray(0, end);
        this.#pending = this.#pending.subarray(end + 1);
        return text(line);
      }
      if (this.#ended) {
        const last = this.#pending;
        this.#pending = new Uint8Array(0);
        return last.length === 0 ? undefined : text(last);
      }
      this.#read();
    }
  }

  #read(): void {
    let chunk: Uint8Array;
    try {
      chunk = this.#stream.blockingRead(CHUNK);
    } catch {
      // Closed, or failed: there will be no more commands either way.
      this.#ended = true;
      return;
    }
    const joined = new Uint8Array(this.#pending.length + chunk.length);
    joined.set(this.#pending);
    joined.set(chunk, this.#pending.length);
    this.#pending = joined;
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\r$/, '');
}
