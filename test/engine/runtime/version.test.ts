/** How long the pieces of a version are: longer when leaving them has taken too long. */
import { expect, test } from 'vitest';
import { CODE_LIMITS } from '../../../src/engine/instrument/code-limits.ts';
import { Version } from '../../../src/engine/runtime/version.ts';
import { assemble, Debuggee, instructions } from '../debuggee.ts';

const CASES = 300;
const LIMITS = { ...CODE_LIMITS, runningBytes: 1000, mostRunningBytes: 64_000, loopBytes: 1000 };

/** A loop with many cases, too long for one piece, and the pcs at which the cases begin. */
async function loopOfCases(): Promise<{ version: Version; cases: readonly number[] }> {
  const labels = Array.from({ length: CASES }, (_, i) => i).join(' ');
  const arms = '(local.set 1 (i32.const 7)) (br $next))'.repeat(CASES);
  const text = `(module (func (export "f") (param i32) (local i32)
    (loop $next ${'(block '.repeat(CASES)} (br_table ${labels} (local.get 0)))
      ${arms.replace(/\)$/, '')})))`;
  const module = new Debuggee(undefined, { codeLimits: LIMITS }).engine.loadModule(
    await assemble(text),
  );
  const fn = module.functionAt(0)!;
  const cases = instructions(module).filter(({ name }) => name === 'i32.const');
  return { version: new Version(fn, new Set(), 0), cases: cases.map(({ pc }) => pc) };
}

test('if each exit comes to a piece of its own, there are few of them', async () => {
  const { version, cases } = await loopOfCases();
  let exits = 0;
  while (!version.hasGrown && exits < cases.length) {
    version.leftAtCap();
    version.continuation(cases[exits++]!, 'plain');
  }
  expect(version.hasGrown).toBe(true);
  expect(exits).toBeLessThan(6);
});

test('if the exits come to a piece that is there, there may be many', async () => {
  const { version, cases } = await loopOfCases();
  version.continuation(cases[0]!, 'plain');
  let exits = 0;
  while (!version.hasGrown && exits < 10_000) {
    version.leftAtCap();
    version.continuation(cases[0]!, 'plain');
    exits++;
  }
  expect(version.hasGrown).toBe(true);
  expect(exits).toBeGreaterThan(100);
});

test('pieces that begin where something was stopped do not count', async () => {
  const { version, cases } = await loopOfCases();
  for (const pc of cases) version.continuation(pc, 'plain');
  expect(version.hasGrown).toBe(false);
});
