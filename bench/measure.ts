/** Runs the variants of one program side by side: a process each, one round of each in turn. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Answer, Round } from './child.ts';
import { isRepeated, median, minimum, spread } from './statistics.ts';
import type { Variant, VariantName } from './variants.ts';

export interface Times {
  /** Milliseconds of each round. */
  readonly rounds: readonly number[];
  readonly minimum: number;
  readonly median: number;
  /** The median above the minimum, as a share of it. */
  readonly spread: number;
}

export interface MeasureOptions {
  /** At least: there are more until the shortest of each variant is not the only one. */
  readonly rounds: number;
  /** Milliseconds that each variant runs before its rounds count: V8 optimizes meanwhile. */
  readonly warmUp: number;
}

/** Deep recursion must not overflow V8's stack sooner in one variant than in another. */
export const STACK_KB = 3900;

/** Rounds that differ by less are equal. */
const EQUAL = 0.02;
/** How many times as many rounds there may be, until a variant's shortest has been come to again. */
const MOST = 4;

class Runner {
  readonly variant: Variant;
  readonly #child: ChildProcess;
  readonly rounds: number[] = [];
  #heard: (answer: Answer) => void = () => {};

  constructor(program: string, variant: Variant) {
    this.variant = variant;
    this.#child = fork(join(import.meta.dirname, 'child.ts'), [program, variant.name], {
      execArgv: ['--no-warnings', `--stack-size=${STACK_KB}`, ...variant.flags],
    });
    this.#child.on('message', (answer) => this.#heard(answer as Answer));
    this.#child.on('exit', (code, signal) => this.#heard({ error: `exit ${code ?? signal}` }));
  }

  async ready(): Promise<this> {
    await this.#answer();
    return this;
  }

  async round(): Promise<number> {
    this.#child.send('round');
    return ((await this.#answer()) as Round).time;
  }

  async #answer(): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#heard = resolve;
    });
    if ('error' in answer) throw new Error(`${this.variant.title}: ${answer.error}`);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}

/** @throws Error when a variant fails or gives a wrong result */
export async function measure(
  program: string,
  variants: readonly Variant[],
  { rounds, warmUp }: MeasureOptions,
): Promise<ReadonlyMap<VariantName, Times>> {
  const runners: Runner[] = [];
  try {
    // One after the other: what is measured must not run beside another's compiler.
    for (const variant of variants) {
      const runner = new Runner(program, variant);
      runners.push(runner);
      await runner.ready();
      let time = 0;
      for (let i = 0; i < 3 || time < warmUp; i++) time += await runner.round();
    }
    const isDone = () => runners.every((runner) => isRepeated(runner.rounds, EQUAL));
    for (let round = 0; round < rounds || (round < MOST * rounds && !isDone()); round++) {
      for (const runner of runners) runner.rounds.push(await runner.round());
    }
    return new Map(runners.map(({ variant, rounds }) => [variant.name, times(rounds)]));
  } finally {
    for (const runner of runners) runner[Symbol.dispose]();
  }
}

function times(rounds: readonly number[]): Times {
  return { rounds, minimum: minimum(rounds), median: median(rounds), spread: spread(rounds) };
}
