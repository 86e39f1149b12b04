/**
 * Resumptions that must not change anything, at every step of the oracle's programs: a call of
 * another module, injected; and an early return, before a function's last `end`, with the values
 * that it returns anyway.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { Engine, type Resumption, type StopEvent } from '../../src/engine/runtime/engine.ts';
import {
  type FrameValue,
  frameLocals,
  frameOperands,
} from '../../src/engine/runtime/frame-values.ts';
import type { HeldValue } from '../../src/engine/runtime/value-row.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { assemble } from './debuggee.ts';
import { valueText } from './oracle/engine-trace.ts';
import { type Scenario, show } from './oracle/scenario.ts';
import { callPrograms } from './oracle/scenarios/calls.ts';
import { controlFlow } from './oracle/scenarios/control-flow.ts';
import { memoryAndState } from './oracle/scenarios/memory.ts';

/** Of a scenario with more stops the first are enough. */
const MOST_STOPS = 300;

/** Recursive, with operands below its calls and a memory: it leaves traces where frames overlap. */
const INJECTED = `(module
  (memory 1)
  (func $fib (export "fib") (param $n i64) (result i64)
    (i64.store (i32.const 8) (local.get $n))
    (if (result i64) (i64.lt_u (local.get $n) (i64.const 2))
      (then (local.get $n))
      (else
        (i64.add
          (call $fib (i64.sub (local.get $n) (i64.const 1)))
          (call $fib (i64.sub (local.get $n) (i64.const 2))))))))`;

/** What a debugger does at a stop other than stepping on. */
type Meddle = (engine: Engine, event: StopEvent) => readonly ['run' | 'step', Resumption] | 'step';

interface Run {
  /** Stops outside the injected module: event, and every frame with all its values. */
  readonly stops: readonly string[];
  readonly result: string;
}

function run(scenario: Scenario, bytes: readonly Uint8Array[], meddle: Meddle): Run {
  const stops: string[] = [];
  const engine = new Engine({
    memory: createDebugMemory(),
    onStop(event) {
      if (stops.length >= MOST_STOPS) return engine.resume('run');
      const own = engine.activations()[0]?.[0]?.instance.module !== injected;
      if (own && !event.kind.startsWith('injected')) stops.push(`${event.kind} ${state(engine)}`);
      const onward = own ? meddle(engine, event) : 'step';
      if (onward === 'step') engine.resume('step');
      else engine.resume(...onward);
    },
  });
  const modules = bytes.map((module) => engine.loadModule(module));
  const injected = modules[0]!;
  engine.instantiate(injected);
  engine.resume('step');
  const result = engine.enter(() =>
    show(
      scenario.run({
        instantiate: (n, imports) => engine.instantiate(modules[n + 1]!, imports).exports,
      }),
    ),
  );
  return { stops, result };
}

function state(engine: Engine): string {
  const text = (values: readonly FrameValue[]): string => values.map(valueText).join(',');
  const frames = engine.activations().map((activation) =>
    activation.map((frame) => {
      const locals = text(frameLocals(frame, engine.frameView));
      const operands = text(frameOperands(frame, engine.frameView));
      return `${frame.instance.id}:${frame.fn.index}@${frame.pc} [${locals}] [${operands}]`;
    }),
  );
  return frames.map((activation) => activation.join(' < ')).join(' << ');
}

/** Injects one call at each stop, resumed in a mode. */
function injecting(mode: 'run' | 'step'): Meddle {
  let before = '';
  return (engine, event) => {
    if (event.kind === 'injected-call-return') {
      expect(event.values).toEqual([{ type: 'i64', bits: 5n }]);
      expect(state(engine)).toBe(before);
      return 'step';
    }
    before = state(engine);
    const args: HeldValue[] = [{ type: 'i64', bits: 5n }];
    return [mode, { kind: 'inject-call', instance: engine.instances[0]!, func: 0, args }];
  };
}

let returns = 0;
afterAll(() => expect(returns).toBeGreaterThan(scenarios.length));

const returning: Meddle = (engine) => {
  const frame = engine.activations()[0]?.[0];
  if (frame === undefined) return 'step';
  const { op, constructs } = frame.snapshot;
  // In a call that fails the snapshot is that of the call.
  if (op !== Op.end || constructs.length !== 1 || frame.pc !== frame.snapshot.pc) return 'step';
  const values = frameOperands(frame, engine.frameView).map((value): HeldValue => {
    if (value.type !== 'ref') return value;
    const { hierarchy, address } = value;
    const object = address === undefined ? null : engine.references.objectAt(hierarchy, address);
    return { type: 'ref', hierarchy, object };
  });
  returns++;
  return ['step', { kind: 'early-return', values }];
};

const scenarios = [...controlFlow, ...callPrograms, ...memoryAndState].filter(({ modules }) =>
  modules.every((module) => typeof module === 'string'),
);

describe.each(scenarios)('$name', (scenario) => {
  test('nothing changes', async () => {
    const texts = [INJECTED, ...(scenario.modules as readonly string[])];
    const bytes = await Promise.all(texts.map(assemble));
    const undisturbed = run(scenario, bytes, () => 'step');
    expect(undisturbed.stops.length).toBeGreaterThan(0);
    expect(run(scenario, bytes, injecting('run'))).toEqual(undisturbed);
    expect(run(scenario, bytes, returning)).toEqual(undisturbed);
    expect(run(scenario, bytes, injecting('step'))).toEqual(undisturbed);
  });
});
