/**
 * Compares random modules for a while:
 *
 *     npm run fuzz -- [--seconds N] [--seed S] [--source own|binaryen|mutated]...
 *
 * Seeds are taken one after the other, each for every source. They are checked in child processes of
 * this same script, so that a crash or a program that never ends costs one seed and is reported.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { checkSeed, SOURCES, type Source, type Tally } from './seeds.ts';

interface Request {
  readonly source: Source;
  readonly seed: number;
}

type Answer = { readonly tally: Tally } | { readonly error: string };

const PROCESSES = 2;
/** Compiled code and reserved address space of many engines add up in a process. */
const SEEDS_PER_PROCESS = 60;
/** A seed takes less than a second; most of this is for a machine that is busy. */
const MAX_SECONDS = 60;

/** The child's side. */
function serve(): void {
  process.on('message', async ({ source, seed }: Request) => {
    let answer: Answer;
    try {
      answer = { tally: await checkSeed(source, seed) };
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : `${error}` };
    }
    process.send!(answer);
  });
}

class Child {
  readonly #process: ChildProcess = fork(import.meta.filename, { stdio: 'inherit' });
  #seeds = 0;
  #exited = false;

  get usable(): boolean {
    return !this.#exited && this.#seeds < SEEDS_PER_PROCESS;
  }

  run(request: Request): Promise<Answer> {
    this.#seeds++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const exited = (code: number | null, signal: string | null): void => {
      this.#exited = true;
      const { source, seed } = request;
      resolve({ error: `${source} seed ${seed}: ended with ${signal ?? `status ${code}`}` });
    };
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), MAX_SECONDS * 1000);
    this.#process.once('message', resolve).once('exit', exited);
    this.#process.send(request);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#process.off('message', resolve).off('exit', exited);
    });
  }

  end(): void {
    if (!this.#exited) this.#process.kill();
  }
}

function wholeNumber(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error(`--${name} must be a whole number, not ${value}`);
}

function knownSource(name: string): Source {
  const known = SOURCES.find((source) => source === name);
  if (known === undefined) throw new Error(`no source ${name}: there are ${SOURCES.join(', ')}`);
  return known;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1000' },
      source: { type: 'string', multiple: true, default: [...SOURCES] },
    },
  });
  const sources = values.source.map(knownSource);
  const first = wholeNumber('seed', values.seed);
  const end = Date.now() + wholeNumber('seconds', values.seconds) * 1000;
  const total = { modules: 0, refused: 0, steps: 0, earlyReturns: 0 };
  let seed = first;
  let queue: Request[] = [];
  const next = (): Request | undefined => {
    if (queue.length === 0 && Date.now() < end) {
      queue = sources.map((source) => ({ source, seed }));
      seed++;
    }
    return queue.shift();
  };
  let failures = 0;
  const drain = async (): Promise<void> => {
    let child = new Child();
    for (let request = next(); request !== undefined; request = next()) {
      if (!child.usable) {
        child.end();
        child = new Child();
      }
      const answer = await child.run(request);
      if ('error' in answer) {
        failures++;
        console.log(answer.error);
        continue;
      }
      const { tally } = answer;
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
    }
    child.end();
  };
  await Promise.all(Array.from({ length: PROCESSES }, drain));
  const { modules, refused, steps, earlyReturns } = total;
  console.log(
    `fuzz: seeds ${first} to ${seed - 1} of ${sources.join(', ')}: ${modules} modules agree in ` +
      `${steps} steps and ${earlyReturns} early returns, ${refused} refused as by V8, ` +
      `${failures} seeds differ`,
  );
  return failures === 0 ? 0 : 1;
}

if (process.send === undefined) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
} else {
  serve();
}
