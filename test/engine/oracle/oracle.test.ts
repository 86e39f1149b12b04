/** The engine against V8's own debugger: the same stops, each with the same state, bit by bit. */
import { beforeAll, describe, expect, test } from 'vitest';
import { CODE_LIMITS, type CodeLimits } from '../../../src/engine/instrument/code-limits.ts';
import { Op } from '../../../src/wasm/opcodes.ts';
import { runUnderEngine } from './engine-trace.ts';
import { type Scenario, stopsToCompare } from './scenario.ts';
import { exceptions } from './scenarios/exceptions.ts';
import { garbageCollected } from './scenarios/gc.ts';
import { legacyExceptions } from './scenarios/legacy-exceptions.ts';
import { references } from './scenarios/references.ts';
import { scenarios } from './scenarios.ts';
import { stateText, type Trace } from './state.ts';
import { assembleScenarios, traceInV8 } from './v8.ts';

/**
 * Where V8 has no breakpoints: these do nothing by themselves. The engine stops there, and shows
 * what it shows at its next stop, but for the pc.
 */
const NOT_IN_V8: ReadonlySet<number> = new Set([
  Op.block,
  Op.loop,
  Op.else,
  Op.try,
  Op.catch,
  Op.delegate,
]);

// A trap or an exception is one more event at the instruction that was just stepped to, with the same
// state. V8's debugger shows it only when it pauses on exceptions, which these traces leave off.

let bytes: ReadonlyMap<string, readonly Uint8Array[]>;
let traces: ReadonlyMap<string, Trace>;

beforeAll(async () => {
  bytes = await assembleScenarios();
  traces = await traceInV8(bytes);
}, 120_000);

describe('stepping shows what V8 shows', () => {
  test.each(scenarios)('$name', (scenario) => {
    const wanted = stopsToCompare(scenario);
    const expected = traces.get(scenario.name)!;
    const found: string[] = [];
    const passed: { at: number; state: string }[] = [];
    const traps: { before: string | undefined; state: string }[] = [];
    const result = runUnderEngine(
      scenario,
      bytes.get(scenario.name)!,
      'run',
      ({ engine }) => engine.resume('step'),
      ({ event, stack, op }) => {
        // Only traps and exceptions stop it then, and with nothing to compare them with.
        if (found.length >= wanted) return 'run';
        if (event === 'trap' || event === 'exception')
          traps.push({ before: found.at(-1), state: asV8Shows(stateText(stack)) });
        else if (NOT_IN_V8.has(op))
          passed.push({ at: found.length, state: asV8Shows(stateText(stack)) });
        else found.push(asV8Shows(stateText(stack)));
        return found.length < wanted ? 'step' : 'run';
      },
    );
    const texts = expected.stops.map(stateText);
    const different = texts.findIndex((text, i) => text !== found[i]);
    if (different >= 0) {
      const before = texts[different - 1] ?? '(start)';
      expect(`${before}\n->\n${found[different]}`, `stop ${different}`).toBe(
        `${before}\n->\n${texts[different]}`,
      );
    }
    expect(found.length).toBe(texts.length);
    expect(found.length).toBeGreaterThan(0);
    expect(result).toBe(expected.result);
    for (const { before, state } of traps) expect(state).toBe(before);
    for (const { at, state } of passed) expect(withoutPc(state)).toBe(withoutPc(found[at]!));
  });
});

/** Innermost frames at each step, and the result. */
function steps(scenario: Scenario, codeLimits: CodeLimits): string[] {
  const found: string[] = [];
  const result = runUnderEngine(
    scenario,
    bytes.get(scenario.name)!,
    'stop',
    ({ engine }) => engine.resume('step'),
    ({ event, stack }) => {
      const [newest] = stack[0]!;
      found.push(`${event} ${stateText([[newest!]])}`);
      return found.length < 2000 ? 'step' : 'run';
    },
    codeLimits,
  );
  return [...found, result];
}

test.each([...garbageCollected, ...references, ...exceptions, ...legacyExceptions])(
  'the innermost frame has all references where callers have not: $name',
  (scenario) => {
    const whole = steps(scenario, { ...CODE_LIMITS, callersReferences: true });
    const found = steps(scenario, { ...CODE_LIMITS, callersReferences: false });
    expect(found).toEqual(whole);
  },
);

/**
 * V8 shows an f32 as a double, which makes a signaling NaN quiet. The engine's own text has the true
 * bits: they become what V8 would show.
 */
function asV8Shows(state: string): string {
  return state.replace(/f32:([7f]f[89ab][0-9a-f]{5})/g, (whole, digits: string) => {
    const bits = Number.parseInt(digits, 16);
    const isNan = (bits & 0x7fffff) !== 0;
    return isNan ? `f32:${((bits | 0x400000) >>> 0).toString(16)}` : whole;
  });
}

/** Without the innermost frame's. */
function withoutPc(state: string): string {
  return state.replace(/@\d+/, '');
}
