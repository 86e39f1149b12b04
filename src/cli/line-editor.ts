/**
 * The terminal of a debugger that is typed to: Node's line editor, with history and completion, on
 * main, which is always free. The component asks for lines through host/edited-input.ts.
 *
 *     idle --component asks--> prompting --line, end--> idle
 *                                        --Tab--> completing --component asks again--> prompting
 *
 * Idle, the terminal is in its ordinary mode: Ctrl-C is a signal, and what is typed is echoed by the
 * terminal and becomes a line later.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type ChannelBuffers, controlWords, ringWake } from '../channel/buffers.ts';
import type { LineRequest, ToEditedInput } from '../host/edited-input.ts';

const STDOUT = 1;
const HISTORY_LINES = 1000;

type Completed = (error: null, result: [candidates: string[], word: string]) => void;

export interface LineEditorOptions {
  /** The debugger's. */
  readonly channel: ChannelBuffers;
  /** File descriptor of the terminal that is written to: 1 or 2. */
  readonly output: number;
  /** Ctrl-C at an empty prompt. */
  readonly onLeave: () => void;
}

export class LineEditor {
  /** The component's end, to be handed over. */
  readonly port: MessagePort;
  readonly #options: LineEditorOptions;
  readonly #own: MessagePort;
  readonly #words: Int32Array<SharedArrayBuffer>;
  /** Made when the first line is asked for: it takes the terminal. */
  #readline: Interface | undefined;
  #prompting = false;
  #prompts = 0;
  #completing: { readonly done: Completed; readonly word: string } | undefined;
  /** Lines that came while nobody asked: several were pasted. */
  readonly #early: string[] = [];
  #ended = false;

  constructor(options: LineEditorOptions) {
    const { port1, port2 } = new MessageChannel();
    this.#options = options;
    this.#words = controlWords(options.channel);
    this.#own = port1;
    this.port = port2;
    port1.on('message', (request: LineRequest) => this.#asked(request));
  }

  /** Whether the user is asked for a line: then the program is not running. */
  get prompting(): boolean {
    return this.#prompting;
  }

  /** How often the user has been asked for a line. */
  get prompts(): number {
    return this.#prompts;
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.#own.close();
    this.#readline?.close();
    this.#rawMode(false);
  }

  #asked({ prompt, captured }: LineRequest): void {
    if (captured !== undefined && this.#completing !== undefined) {
      const { done, word } = this.#completing;
      this.#completing = undefined;
      const candidates = captured.split('\n').filter((line) => line !== '');
      // The only one is complete: the next word can begin.
      done(null, [candidates.length === 1 ? [`${candidates[0]} `] : candidates, word]);
      return;
    }
    this.#prompting = true;
    this.#prompts++;
    this.#readline ??= this.#open();
    this.#readline.setPrompt(prompt);
    const line = this.#early.shift();
    if (line !== undefined) {
      this.#output.write(`${prompt}${line}\n`);
      this.#answer(line);
    } else if (this.#ended) {
      this.#end();
    } else {
      this.#rawMode(true);
      this.#readline.prompt();
    }
  }

  #open(): Interface {
    const readline = createInterface({
      input: process.stdin,
      output: this.#output,
      terminal: true,
      history: loadHistory(),
      historySize: HISTORY_LINES,
      removeHistoryDuplicates: true,
      completer: (line: string, done: Completed) => this.#complete(line, done),
    });
    let history: string[] = [];
    readline.on('history', (lines: string[]) => {
      history = lines;
    });
    readline.on('line', (line) => {
      if (this.#prompting && this.#completing === undefined) this.#answer(line);
      else this.#early.push(line);
    });
    readline.on('SIGINT', () => this.#interrupted(readline));
    readline.on('close', () => {
      if (history.length > 0) saveHistory(history);
      this.#ended = true;
      if (this.#prompting) this.#end();
    });
    return readline;
  }

  #answer(line: string): void {
    this.#prompting = false;
    this.#readline?.pause();
    this.#rawMode(false);
    this.#send({ kind: 'line', text: `${line}\n`, capture: false });
  }

  #end(): void {
    this.#prompting = false;
    this.#rawMode(false);
    this.#send({ kind: 'end' });
  }

  #complete(line: string, done: Completed): void {
    this.#completing = { done, word: /\S*$/.exec(line)![0] };
    this.#send({ kind: 'line', text: `complete ${line}\n`, capture: true });
  }

  /** What is written already is given up; nothing written, everything is. */
  #interrupted(readline: Interface): void {
    this.#output.write('^C\n');
    if (readline.line === '') {
      this.#options.onLeave();
      return;
    }
    readline.write(null, { ctrl: true, name: 'e' });
    readline.write(null, { ctrl: true, name: 'u' });
    readline.prompt();
  }

  #send(message: ToEditedInput): void {
    this.#own.postMessage(message);
    ringWake(this.#words);
  }

  get #output(): NodeJS.WriteStream {
    return this.#options.output === STDOUT ? process.stdout : process.stderr;
  }

  #rawMode(on: boolean): void {
    if (process.stdin.isTTY) process.stdin.setRawMode(on);
  }
}

/** `$XDG_STATE_HOME/witness/history`, else under `~/.local/state`. */
function historyFile(): string {
  const { XDG_STATE_HOME } = process.env as { XDG_STATE_HOME?: string };
  const state = XDG_STATE_HOME?.startsWith('/')
    ? XDG_STATE_HOME
    : join(homedir(), '.local', 'state');
  return join(state, 'witness', 'history');
}

/** The newest first, as Node keeps it. */
function loadHistory(): string[] {
  try {
    const lines = readFileSync(historyFile(), 'utf8').split('\n');
    return lines.filter((line) => line !== '').reverse();
  } catch {
    return [];
  }
}

/** A history that cannot be written is not worth a message at the end of every session. */
function saveHistory(history: readonly string[]): void {
  try {
    const file = historyFile();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      history
        .toReversed()
        .map((line) => `${line.trimEnd()}\n`)
        .join(''),
      { mode: 0o600 },
    );
  } catch {}
}
