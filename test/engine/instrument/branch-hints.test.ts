/** Branch hints are of branches: V8 takes no notice of those that are not, and says nothing. */
import { describe, expect, test } from 'vitest';
import { BRANCH_HINTS } from '../../../src/engine/instrument/branch-hints.ts';
import { CODE_LIMITS } from '../../../src/engine/instrument/code-limits.ts';
import { continuationModule } from '../../../src/engine/instrument/continuation-module.ts';
import { instrument } from '../../../src/engine/instrument/instrument.ts';
import { planFunction } from '../../../src/engine/instrument/plan.ts';
import { snapshotAt } from '../../../src/engine/instrument/snapshot.ts';
import { ByteReader } from '../../../src/wasm/byte-reader.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { decodeModule, SectionId } from '../../../src/wasm/module.ts';
import { assemble } from '../debuggee.ts';

const PROGRAM = `(module
  (import "m" "f" (func $f (param i32) (result i32)))
  (memory 1)
  (table 4 funcref) (elem (i32.const 0) $g)
  (func $g (param i32) (result i32) (i32.load (local.get 0)))
  (func (param i32 i64) (result i32) (local f64 f64 i32 i32)
    (loop $l
      (local.set 4 (i32.add (call $f (local.get 0)) (call_indirect (param i32) (result i32)
        (i32.div_u (local.get 0) (local.get 4)) (i32.const 0))))
      (br_if $l (local.get 4)))
    (i32.add (i32.load (local.get 0)) (call_indirect (param i32) (result i32)
      (local.get 4) (i32.load offset=8 (local.get 4))))))`;

/** By function index, the hinted instructions. */
function hintsOf(bytes: Uint8Array): Map<number, string[]> {
  const module = decodeModule(bytes);
  const ids = module.sections.map(({ id, name }) => name ?? id);
  const found = new Map<number, string[]>();
  const section = module.sections.find(({ name }) => name === BRANCH_HINTS);
  if (section === undefined) return found;
  expect(ids.indexOf(BRANCH_HINTS)).toBeLessThan(ids.indexOf(SectionId.code));
  const input = new ByteReader(bytes, section.payload!, section.end);
  for (let functions = input.u32(); functions > 0; functions--) {
    const index = input.u32();
    const { localsStart, codeStart, end } = module.bodies[index - module.importedFunctions]!;
    const names = new Map<number, string>();
    const reader = new InstructionReader(bytes, codeStart, end);
    while (reader.read()) names.set(reader.pc - localsStart, reader.info.name);
    const hinted: string[] = [];
    let last = -1;
    for (let hints = input.u32(); hints > 0; hints--) {
      const offset = input.u32();
      expect(offset).toBeGreaterThan(last);
      last = offset;
      expect(input.u8()).toBe(1);
      hinted.push(`${names.get(offset)} ${input.u8()}`);
    }
    found.set(index, hinted);
  }
  expect(input.offset).toBe(section.end);
  return found;
}

const BRANCHES = new Set(['br_if 0', 'br_if 1', 'if 0']);

describe('the hints', () => {
  test('of cruise versions', async () => {
    const module = decodeModule(await assemble(PROGRAM));
    const hints = hintsOf(instrument(module, 0, true).bytes);
    expect([...hints.keys()]).toEqual([1, 2]);
    for (const hinted of hints.values()) {
      expect(hinted.length).toBeGreaterThan(1);
      for (const hint of hinted) expect(BRANCHES).toContain(hint);
    }
    // Two indirect calls with two branches each.
    expect(hints.get(2)!.filter((hint) => hint === 'br_if 1')).toHaveLength(2);
  });

  test('of continuations', async () => {
    const module = decodeModule(await assemble(PROGRAM));
    const instrumented = instrument(module, 0, true);
    const [, body] = module.bodies;
    const plan = planFunction(module, body!);
    const reader = new InstructionReader(module.bytes, body!.codeStart, body!.end);
    let checked = 0;
    while (reader.read()) {
      const at = snapshotAt(plan, reader.pc);
      if (at === undefined) continue;
      const options = { traps: true, hooks: 'none', limitAddress: 64 } as const;
      const { bytes } = continuationModule(plan, at, options, instrumented);
      for (const hinted of hintsOf(bytes).values()) {
        checked += hinted.length;
        for (const hint of hinted) expect(BRANCHES).toContain(hint);
      }
    }
    expect(checked).toBeGreaterThan(50);
  });

  test('can be left out', async () => {
    const module = decodeModule(await assemble(PROGRAM));
    const { bytes } = instrument(module, 0, true, { ...CODE_LIMITS, hintedBytes: 0 });
    expect(hintsOf(bytes).size).toBe(0);
  });
});
