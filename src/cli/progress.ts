/**
 * What is shown of the work before the program runs: with --verbose each stage when it is done, with
 * the time that it took; else, on a terminal, the one that is taking long, until it is done. Runs on
 * main, which is free to show it while the others work.
 */
import { isatty } from 'node:tty';
import type { Stage } from '../host/stage.ts';
import { say, writeAll } from '../program/terminal.ts';

const STDERR = 2;
/** What takes longer is worth showing, in milliseconds. */
const LONG_MS = 500;
/** To the beginning of the line, and erase to its end (ECMA-48). */
const ERASE_LINE = '\r\x1b[K';

export class Progress {
  readonly #verbose: boolean;
  readonly #terminal: boolean;
  readonly #begun = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  #shown: string | undefined;

  constructor(verbose: boolean) {
    this.#verbose = verbose;
    this.#terminal = isatty(STDERR) && process.env['TERM'] !== 'dumb';
  }

  stage({ what, state, detail }: Stage): void {
    if (state === 'happens') {
      this.say(what);
      return;
    }
    if (state === 'begins') {
      const timer = setTimeout(() => this.#show(what), LONG_MS);
      this.#begun.set(what, { at: performance.now(), timer });
      return;
    }
    const begun = this.#begun.get(what);
    if (begun === undefined) return;
    this.#begun.delete(what);
    clearTimeout(begun.timer);
    if (this.#shown === what) this.#erase();
    const took = (performance.now() - begun.at).toFixed(0);
    this.say(`${what}: ${took} ms${detail === undefined ? '' : `, ${detail}`}`);
  }

  /** With --verbose: a line with the time since the command started. */
  say(text: string): void {
    if (!this.#verbose) return;
    const now = performance.now().toFixed(0).padStart(6);
    say(`${now} ms  ${text}`);
  }

  /** Nothing more is shown. */
  end(): void {
    for (const { timer } of this.#begun.values()) clearTimeout(timer);
    this.#begun.clear();
    this.#erase();
  }

  #show(what: string): void {
    // With --verbose, lines are the history of what was done; another kind of line is in the way.
    if (this.#verbose || !this.#terminal) return;
    this.#erase();
    this.#shown = what;
    writeAll(STDERR, `witness: ${what}...`);
  }

  #erase(): void {
    if (this.#shown === undefined) return;
    this.#shown = undefined;
    writeAll(STDERR, ERASE_LINE);
  }
}
