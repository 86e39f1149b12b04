/**
 * Runs the WebAssembly test suite in V8 alone and under the engine, and compares.
 *
 *     node scripts/spec.ts [--seed=<text>] [--mode=<mode>]... [--verbose] [<part of a file name>]...
 *
 * Files are run in child processes of this same script, so that a crash or a program that never
 * ends costs one file and is reported as a difference.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type FileReport, MODES, type Mode, runFile } from '../test/spec/suite.ts';
import { root } from './run.ts';

const suite = join(root, '../shared/corpus/spec-testsuite');
const PROCESSES = 2;
/** After this the file counts as one that never ends; the slowest takes a fraction of it. */
const MAX_SECONDS = 180;
/** Compiled code and reserved address space of many engines add up in a process. */
const FILES_PER_PROCESS = 40;

interface Request {
  readonly path: string;
  readonly name: string;
  readonly seed: string;
  readonly modes: readonly Mode[];
}

type Answer = { readonly report: FileReport } | { readonly error: string };

/** The child's side. */
function serve(): void {
  process.on('message', async ({ path, name, seed, modes }: Request) => {
    let answer: Answer;
    try {
      answer = { report: await runFile(path, name, seed, modes) };
    } catch (error) {
      answer = { error: error instanceof Error ? (error.stack ?? error.message) : `${error}` };
    }
    process.send!(answer);
  });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: 'witness' },
      mode: { type: 'string', multiple: true, default: [...MODES] },
      verbose: { type: 'boolean', default: false },
    },
  });
  const modes = values.mode.map((mode) => {
    const known = MODES.find((name) => name === mode);
    if (known === undefined) throw new Error(`no mode ${mode}: there are ${MODES.join(', ')}`);
    return known;
  });
  if (!existsSync(suite)) {
    console.error(`spec: no ${relative(root, suite)} beside the repository`);
    return 1;
  }
  const files = readdirSync(suite, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.wast'))
    .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
    .sort();
  const totals = new Totals(modes, values.verbose, positionals.length === 0);
  const queue = [...files];
  const drain = async (): Promise<void> => {
    let child: Child | undefined;
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (child === undefined || !child.usable) {
        child?.end();
        child = new Child();
      }
      totals.add(
        name,
        await child.run({ path: join(suite, name), name, seed: values.seed, modes }),
      );
    }
    child?.end();
  };
  await Promise.all(Array.from({ length: PROCESSES }, drain));
  return totals.print();
}

class Child {
  readonly #process: ChildProcess = fork(import.meta.filename, { stdio: 'inherit' });
  #files = 0;
  #exited = false;

  get usable(): boolean {
    return !this.#exited && this.#files < FILES_PER_PROCESS;
  }

  run(request: Request): Promise<Answer> {
    this.#files++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const answered = (answer: Answer): void => resolve(answer);
    const exited = (code: number | null, signal: string | null): void => {
      this.#exited = true;
      resolve({ error: `the process ended with ${signal ?? `status ${code}`}` });
    };
    const timer = setTimeout(() => {
      this.#process.kill('SIGKILL');
    }, MAX_SECONDS * 1000);
    this.#process.once('message', answered).once('exit', exited);
    this.#process.send(request);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#process.off('message', answered).off('exit', exited);
    });
  }

  end(): void {
    if (!this.#exited) this.#process.kill();
  }
}

/** What the whole suite has at least: many times as much, in fact. */
const LEAST_STEPS = 100_000;
const LEAST_THROWS = 20;

/** Differences printed of each file. */
const SHOWN = 5;

class Totals {
  readonly #modes: readonly Mode[];
  readonly #verbose: boolean;
  /** Whether all files are run. */
  readonly #whole: boolean;
  /** Stops, and those at throws. */
  readonly #stops = new Map<Mode, number>();
  readonly #throws = new Map<Mode, number>();
  readonly #passed = new Map<Mode, number>();
  /** Assertions that V8 alone fails. */
  readonly #failures: string[] = [];
  #files = 0;
  #assertions = 0;
  #plain = 0;
  #differences = 0;

  constructor(modes: readonly Mode[], verbose: boolean, whole: boolean) {
    this.#modes = modes;
    this.#verbose = verbose;
    this.#whole = whole;
  }

  add(file: string, answer: Answer): void {
    this.#files++;
    if ('error' in answer) {
      this.#differences++;
      console.log(`${file}: ${answer.error}`);
      return;
    }
    const { assertions, plain, failures, modes } = answer.report;
    this.#assertions += assertions;
    this.#plain += plain;
    this.#failures.push(...failures);
    const differences: string[] = [];
    const stops: string[] = [];
    for (const mode of this.#modes) {
      const comparison = modes[mode]!;
      this.#passed.set(mode, (this.#passed.get(mode) ?? 0) + comparison.passed);
      this.#stops.set(mode, (this.#stops.get(mode) ?? 0) + comparison.stops);
      this.#throws.set(mode, (this.#throws.get(mode) ?? 0) + comparison.throws);
      stops.push(`${mode} ${comparison.stops}`);
      differences.push(...comparison.differences);
    }
    this.#differences += differences.length;
    const shown = this.#verbose ? differences : differences.slice(0, SHOWN);
    for (const line of shown) console.log(line);
    if (shown.length < differences.length) {
      console.log(`${file}: ${differences.length - shown.length} more`);
    }
    if (this.#verbose)
      console.log(`${file}: ${plain} of ${assertions}; stops: ${stops.join(', ')}`);
  }

  /** Prints the summary; gives the exit status. */
  print(): number {
    for (const line of this.#failures.sort()) console.log(`V8 alone fails ${line}`);
    const passed = this.#modes.map((mode) => `${mode} ${this.#passed.get(mode) ?? 0}`).join(', ');
    console.log(
      `spec: ${this.#files} files, ${this.#assertions} assertions, plain ${this.#plain}, ${passed}`,
    );
    const all = this.#modes.every((mode) => this.#passed.get(mode) === this.#plain);
    return all && this.#differences === 0 && this.#hasStopped() ? 0 : 1;
  }

  /** Whether the debugger was there: without a stop, all of this would compare V8 with itself. */
  #hasStopped(): boolean {
    if (!this.#whole) return true;
    const few = this.#modes.filter(
      (mode) =>
        (this.#throws.get(mode) ?? 0) < LEAST_THROWS ||
        (mode === 'stepped' && (this.#stops.get(mode) ?? 0) < LEAST_STEPS),
    );
    for (const mode of few) console.log(`spec: ${mode}: too few stops, or too few at throws`);
    return few.length === 0;
  }
}

if (process.send === undefined) process.exitCode = await main();
else serve();
