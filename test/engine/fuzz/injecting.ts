/**
 * Injects calls at random stops of a stepped program, and into calls that were injected before. The
 * program's own stops must be those of a run without them, and after each call it must be stopped
 * where it was, as it was.
 */
import { equal, ok } from 'node:assert/strict';
import type { DebugInstance, Resumption } from '../../../src/engine/runtime/engine.ts';
import type { Random } from '../random.ts';
import type { Step } from './debuggers.ts';
import type { Debugger, Driver, How, Stop } from './engine-run.ts';
import { exercise } from './exercised.ts';
import { type Injection, instantiateInjected, randomInjection, textOfHeld } from './injected.ts';

const DEEPEST = 3;
const MOST = 40;

interface Open {
  readonly injection: Injection;
  /** What the stop was that it was injected at. */
  readonly stop: Pick<Stop, 'event' | 'text'>;
}

export class Injecting implements Debugger {
  readonly #steps: readonly Step[];
  readonly #random: Random;
  readonly #module: Uint8Array;
  readonly #open: Open[] = [];
  #instance: DebugInstance | undefined;
  /** Number of the program's next stop. */
  #at = 0;
  #injected = 0;

  /** @param module - see `injectedModule` */
  constructor(steps: readonly Step[], module: Uint8Array, random: Random) {
    this.#steps = steps;
    this.#module = module;
    this.#random = random;
  }

  begin({ engine }: Driver): How {
    this.#instance = instantiateInjected(engine, this.#module);
    return 'step';
  }

  stopped(stop: Stop): ReturnType<Debugger['stopped']> {
    const { event, text, frames } = stop;
    if (event === 'injected-call-return' || event === 'injected-call-failed') {
      const { injection, stop: before } = this.#open.pop()!;
      equal(text, `${event}${before.text.slice(before.event.length)}`, `after ${injection.name}`);
      equal(event === 'injected-call-failed', injection.results === undefined, injection.name);
      if (stop.detail.kind === 'injected-call-return') {
        const results = stop.detail.values.map(textOfHeld);
        equal(results.join(' '), injection.results!.join(' '), injection.name);
      }
      exercise(`${event} with ${this.#open.length} calls below`);
      return this.#onward({ event: before.event, text: before.text }, frames.length > 0);
    }
    if (this.#open.length === 0) {
      const step = this.#steps[this.#at++];
      equal(text, step?.text, 'a stop of the program');
    } else ok(frames[0]?.instance === this.#instance, `a stop of the program: ${text}`);
    return this.#onward(stop, frames[0]?.exact === true);
  }

  /** @throws Error if a stop is yet to come */
  end(): void {
    equal(this.#at, this.#steps.length, 'stops of the program');
    equal(this.#open.length, 0, 'calls that have not ended');
  }

  #onward(stop: Open['stop'], canInject: boolean): How | readonly [How, Resumption] {
    const random = this.#random;
    const depth = this.#open.length;
    // The program itself is always stepped.
    const how = (): How => (random.below(2) === 0 ? 'run' : 'step');
    const injects = canInject && depth < DEEPEST && this.#injected < MOST;
    if (!injects || random.below(depth === 0 ? 8 : 5) > 0) return depth === 0 ? 'step' : how();
    const instance = this.#instance!;
    const injection = randomInjection(instance, random);
    this.#injected++;
    this.#open.push({ injection, stop });
    const { func, args } = injection;
    return [how(), { kind: 'inject-call', instance, func, args }];
  }
}
