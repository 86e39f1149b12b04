/** Real LLDB as a client of `witness run -g`, in processes of their own. */

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { describe, onTestFinished } from 'vitest';
import { type Ended, type Running, startWitness } from '../../support/witness.ts';
import { SOURCE_MAP } from './programs.ts';

const LLDB = 'lldb-22';

/** Shorter than a test may take, so that one that hangs says in what. */
const PATIENCE_MS = 45_000;

/** Whether this command can be run at all. */
export function installed(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** A group of tests that are skipped, and say so, where LLDB is not installed. */
export function describeWithLldb(name: string, tests: () => void): void {
  const there = installed(LLDB);
  if (!there) console.warn(`skipped: ${name}: ${LLDB} is not installed (apt-get install ${LLDB})`);
  describe.skipIf(!there)(name, tests);
}

export interface Served {
  readonly witness: Running;
  /** `HOST:PORT`. */
  readonly address: string;
}

/** `witness run -g 0` with these words, once it can be connected to. */
export async function serveProgram(words: readonly string[]): Promise<Served> {
  const witness = startWitness(['run', '-g', '0', ...words]);
  onTestFinished(() => void witness.process.kill());
  let text = '';
  witness.process.stderr?.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  await witness.printed('connect://');
  // The line may come in pieces.
  for (;;) {
    const address = /connect:\/\/(\S+)\n/.exec(text)?.[1];
    if (address !== undefined) return { witness, address };
    await new Promise((resolve) => witness.process.stderr?.once('data', resolve));
  }
}

export interface LldbSession {
  /** What LLDB has printed, by commands: the text of the nth one. */
  readonly answers: readonly string[];
  /** All of it. */
  readonly transcript: string;
  /** How `witness` ended. */
  readonly ended: Ended;
}

/**
 * Connects LLDB to a program, has it carry out the commands one after the other, and lets it detach.
 * @param words after `witness run -g 0`
 */
export async function lldb(
  words: readonly string[],
  commands: readonly string[],
): Promise<LldbSession> {
  const { witness, address } = await serveProgram(words);
  const connect = `process connect --plugin wasm connect://${address}`;
  const transcript = await runLldb([SOURCE_MAP, connect, ...commands]);
  const answers = answersTo(transcript, commands);
  return { transcript, answers, ended: await witness.ended };
}

/** Runs LLDB over a file of commands; it goes on after one that fails only at the end of the file. */
export async function runLldb(commands: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'witness-lldb-'));
  try {
    const file = join(folder, 'commands');
    await writeFile(file, `${commands.join('\n')}\n`);
    return await new Promise<string>((resolve, reject) => {
      const child = spawn(LLDB, ['--no-lldbinit', '-b', '-s', file], { stdio: 'pipe' });
      const output: Buffer[] = [];
      child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
      child.stderr.on('data', (bytes: Buffer) => output.push(bytes));
      child.stdin.end();
      child.on('error', reject);
      child.on('close', () => resolve(Buffer.concat(output).toString()));
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Cuts the transcript at the prompts. */
function answersTo(transcript: string, commands: readonly string[]): string[] {
  let rest = transcript;
  return commands.map((command) => {
    const prompt = `(lldb) ${command}\n`;
    const at = rest.indexOf(prompt);
    if (at < 0) throw new Error(`LLDB did not come to "${command}":\n${transcript}`);
    rest = rest.slice(at + prompt.length);
    const end = rest.indexOf('(lldb) ');
    return end < 0 ? rest : rest.slice(0, end);
  });
}

/** LLDB with its commands typed in one at a time, for what happens while the program runs. */
export class InteractiveLldb {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #output = '';
  #seen = 0;
  #ended = false;

  constructor() {
    this.#child = spawn(LLDB, ['--no-lldbinit'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.#output += bytes.toString();
    });
    this.#child.on('close', () => {
      this.#ended = true;
    });
    onTestFinished(() => this.kill());
    this.type(SOURCE_MAP);
  }

  type(command: string): void {
    this.#child.stdin.write(`${command}\n`);
  }

  /**
   * Types the command, and gives what is printed up to this text, which has not been seen before.
   * @param everyMs to type it again and again: LLDB refuses to interrupt what is just being resumed
   */
  async ask(command: string, text: string, everyMs = Number.POSITIVE_INFINITY): Promise<string> {
    const begun = performance.now();
    for (let typed = Number.NEGATIVE_INFINITY; ; ) {
      if (performance.now() - typed >= everyMs || typed < 0) {
        this.type(command);
        typed = performance.now();
      }
      const at = this.#output.indexOf(text, this.#seen);
      if (at >= 0) {
        const answer = this.#output.slice(this.#seen, at + text.length);
        this.#seen = at + text.length;
        return answer;
      }
      if (this.#ended) throw new Error(`LLDB ended without "${text}":\n${this.#output}`);
      if (performance.now() - begun > PATIENCE_MS) {
        throw new Error(`LLDB did not print "${text}" for "${command}":\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** The process is gone, like one that has crashed. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    if (!this.#ended) await new Promise((resolve) => this.#child.on('close', resolve));
  }
}
