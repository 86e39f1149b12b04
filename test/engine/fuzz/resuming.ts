/**
 * Returns early, throws and injects calls at random stops of a program, and compares with plain V8
 * running the program with the same things written into its code (`interventions.ts`).
 */
import { equal } from 'node:assert/strict';
import type { Resumption } from '../../../src/engine/runtime/engine.ts';
import { decodeModule, functionType, type Module } from '../../../src/wasm/module.ts';
import type { Scenario } from '../oracle/scenario.ts';
import { Random } from '../random.ts';
import type { Step } from './debuggers.ts';
import {
  type Debugger,
  type Driver,
  GivenUp,
  type How,
  runUnder,
  type Stop,
} from './engine-run.ts';
import { exercise } from './exercised.ts';
import {
  type BareDeed,
  type Deed,
  type Intervention,
  intervened,
  typesOf,
} from './interventions.ts';
import { OVERFLOW, runPlain } from './program.ts';
import { randomValues } from './random-values.ts';

const MOST_INTERVENTIONS = 4;
/** Attempts to find something that can be done at a stop. */
const ATTEMPTS = 5;
const MOST_STOPS = 6000;

/** In which event of a stop it is done: its own, an interrupt after it, or the trap or throw there. */
type Where = 'breakpoint' | 'interrupted' | 'throw';

interface Planned extends Intervention {
  readonly where: Where;
  /** The number of the instance that it was chosen in; in others, it is done in the stop's own event. */
  readonly instance: number | undefined;
}

/** @throws Error if a run differs from that of plain V8 */
export function resumeInManyWays(
  scenario: Scenario,
  bytes: Uint8Array,
  steps: readonly Step[],
  seed: number,
): void {
  const random = new Random(seed ^ 0x4e5);
  const plans = plan(bytes, steps, random);
  if (plans.length === 0) return;
  let plain: string | undefined;
  for (const { name, how, traps } of WAYS) {
    const debug = new Intervening(plans, () => how(random), traps);
    const result = runUntilGivenUp(scenario, bytes, debug, traps);
    // A call that fails ends the program of plain V8; and one may never end.
    if (result === undefined || !debug.comparable) return;
    plain ??= runPlain(scenario, [intervened(bytes, plans)]);
    if (plain.includes(OVERFLOW)) return;
    equal(result, plain, `${name}: ${plans.map(planText).join(', ')}`);
    exercise('compared with interventions in the code');
  }
}

interface Way {
  readonly name: string;
  readonly how: (random: Random) => How;
  readonly traps: 'exact' | 'native';
}

/** Stepping comes first: it finds out whether the program still ends. */
const WAYS: readonly Way[] = [
  { name: 'stepping', how: () => 'step', traps: 'exact' },
  { name: 'running', how: () => 'run', traps: 'exact' },
  {
    name: 'running and stepping',
    how: (random) => (random.below(2) === 0 ? 'run' : 'step'),
    traps: 'exact',
  },
  { name: 'with native traps', how: () => 'run', traps: 'native' },
];

/** Undefined if it does not end soon, or recurses so deep that no debugger can be called any more. */
function runUntilGivenUp(
  scenario: Scenario,
  bytes: Uint8Array,
  debug: Debugger,
  traps: 'exact' | 'native',
): string | undefined {
  try {
    return runUnder(scenario, bytes, debug, traps);
  } catch (error) {
    if (error instanceof GivenUp || `${error}` === OVERFLOW) return undefined;
    throw error;
  }
}

function planText({ deed, func, pc, time, where }: Planned): string {
  return `${deed.kind} in function ${func} at ${pc}, time ${time}, ${where}`;
}

class Intervening implements Debugger {
  /** Whether plain V8 can do the same. */
  comparable = true;
  readonly #plans: readonly Planned[];
  readonly #how: () => How;
  readonly #traps: 'exact' | 'native';
  /** By instance and pc: the code counts in globals. */
  readonly #times = new Map<string, number>();
  /** What is to be done in the next event. */
  #next: Planned | undefined;
  #stops = 0;

  constructor(plans: readonly Planned[], how: () => How, traps: 'exact' | 'native') {
    this.#plans = plans;
    this.#how = how;
    this.#traps = traps;
  }

  begin({ engine, module }: Driver): How {
    for (const { pc } of this.#plans) engine.addBreakpoint(module, pc);
    return this.#how();
  }

  stopped(stop: Stop, driver: Driver): ReturnType<Debugger['stopped']> {
    if (++this.#stops > MOST_STOPS) throw new GivenUp('too many stops');
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) {
      if (stop.event === 'breakpoint' || stop.pc !== next.pc) {
        // What was foreseen has not come, because of an intervention before it.
        this.comparable = false;
        return this.#how();
      }
      return this.#do(next, stop, driver);
    }
    if (stop.event === 'injected-call-failed') this.comparable = false;
    if (stop.event !== 'breakpoint') return this.#how();
    const pc = stop.pc!;
    const instance = stop.frames[0]!.instance.id;
    const key = `${instance} ${pc}`;
    const time = (this.#times.get(key) ?? 0) + 1;
    this.#times.set(key, time);
    const planned = this.#plans.find((one) => one.pc === pc && one.time === time);
    if (planned === undefined) return this.#how();
    const foreseen = planned.instance === instance && this.#traps === 'exact';
    if (planned.where === 'breakpoint' || (planned.where === 'throw' && !foreseen)) {
      return this.#do(planned, stop, driver);
    }
    this.#next = planned;
    if (planned.where === 'interrupted') driver.engine.interrupt();
    return this.#how();
  }

  #do({ deed }: Planned, { frames, event }: Stop, { engine }: Driver): readonly [How, Resumption] {
    exercise(`${deed.kind} at ${event}`);
    const { instance } = frames[0]!;
    if (engine.activations().length > 1) exercise(`${deed.kind} above a host function`);
    switch (deed.kind) {
      case 'early-return':
        return [this.#how(), deed];
      case 'throw-exception': {
        const { original } = instance.module;
        const { typeIndex } = original.tags[deed.tag]!.type;
        const exception = {
          tag: instance.tag(deed.tag)!,
          params: functionType(original, typeIndex).params,
          values: deed.values,
          identity: {},
          declared: { module: original, typeIndex },
        };
        return [this.#how(), { kind: 'throw-exception', exception }];
      }
      case 'inject-call':
        return [this.#how(), { kind: 'inject-call', instance, func: deed.func, args: deed.values }];
    }
  }
}

/** Chooses among the program's stops as it is; those behind the first may never come. */
function plan(bytes: Uint8Array, steps: readonly Step[], random: Random): Planned[] {
  const module = decodeModule(bytes);
  const all = steps.flatMap(({ pc }, at) => (pc === undefined ? [] : [at]));
  const throws = all.filter((at) => isThrow(steps, at));
  const plans: Planned[] = [];
  for (let n = 1 + random.below(MOST_INTERVENTIONS); n > 0; n--) {
    const from = random.below(3) === 0 ? throws : all;
    if (from.length === 0) continue;
    const at = from[random.below(from.length)]!;
    const { pc, event, instance } = steps[at]!;
    // What a host function has thrown cannot be written into the code.
    if (event !== 'breakpoint' && !isThrow(steps, at)) continue;
    const before = steps.slice(0, at + 1).filter((step) => step.instance === instance);
    const time = before.filter((step) => step.pc === pc && step.event === 'breakpoint').length;
    const { funcIndex } = module.bodies.find(({ end }) => pc! < end)!;
    const deed = randomDeed(module, funcIndex, random);
    if (deed === undefined) continue;
    if (plans.some((other) => other.pc === pc && other.time === time)) continue;
    const interrupts = random.below(4) === 0;
    const where = event !== 'breakpoint' ? 'throw' : interrupts ? 'interrupted' : 'breakpoint';
    plans.push({ pc: pc!, func: funcIndex, time, deed, where, instance });
  }
  return plans;
}

/** A trap or an exception of the instruction that the program has stopped at just before. */
function isThrow(steps: readonly Step[], at: number): boolean {
  const { event, pc } = steps[at]!;
  const before = steps[at - 1];
  return event !== 'breakpoint' && before?.event === 'breakpoint' && before.pc === pc;
}

function randomDeed(module: Module, func: number, random: Random): Deed | undefined {
  for (let n = 0; n < ATTEMPTS; n++) {
    const bare = randomKind(module, random);
    const types = typesOf(module, func, bare);
    const values = randomValues(types, module, random, 'without-nans');
    if (values !== undefined) return { ...bare, values };
  }
  return undefined;
}

function randomKind(module: Module, random: Random): BareDeed {
  const { tags, functions } = module;
  switch (random.below(tags.length === 0 ? 2 : 3)) {
    case 0:
      return { kind: 'early-return' };
    case 1:
      return { kind: 'inject-call', func: random.below(functions.length) };
    default:
      return { kind: 'throw-exception', tag: random.below(tags.length) };
  }
}
