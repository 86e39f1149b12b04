/** Loops that soon end have no check at their header. */
import { expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { instrument } from '../../src/engine/instrument/instrument.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { assemble, Debuggee } from './debuggee.ts';

async function program(loop: string): Promise<Uint8Array> {
  return assemble(`(module
    (memory (export "memory") 1)
    (func (export "f") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $sum i32)
      ${loop}
      (local.get $sum)))`);
}

/** How many loops are without a check for being bounded. */
function unchecked(bytes: Uint8Array): number {
  const [all, fewer] = [0, CODE_LIMITS.boundedRounds].map((boundedRounds) => {
    const limits = { ...CODE_LIMITS, boundedRounds };
    return polls(instrument(decodeModule(bytes), 0, false, limits).bytes);
  });
  return all! - fewer!;
}

/** Checks in an instrumented module, other than those where functions begin: each polls the debug memory. */
function polls(bytes: Uint8Array): number {
  const module = decodeModule(bytes);
  let count = 0;
  for (const { codeStart, end } of module.bodies) {
    const reader = new InstructionReader(bytes, codeStart, end);
    while (reader.read()) if (reader.op === Op.i32Load8U && reader.memory === 1) count++;
  }
  return count;
}

const COUNT = '(local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $i))))';
const next = (i: string, step: number): string =>
  `(local.tee ${i} (i32.add (local.get ${i}) (i32.const ${step})))`;
const up = (i: string, rounds: number, body: string): string =>
  `(local.set ${i} (i32.const 0))
  (loop ${body} (br_if 0 (i32.ne ${next(i, 1)} (i32.const ${rounds}))))`;

const BOUNDED: Readonly<Record<string, readonly [loops: number, body: string]>> = {
  'up to a constant': [1, up('$i', 1024, COUNT)],
  'down to zero': [
    1,
    `(local.set $i (i32.const 1000)) (loop ${COUNT} (br_if 0 ${next('$i', -1)}))`,
  ],
  'while it is less': [
    1,
    `(local.set $i (i32.const 0)) (loop ${COUNT} (br_if 0 (i32.lt_u ${next('$i', 3)} (i32.const 3000))))`,
  ],
  'with a way out, and the way back in a block': [
    1,
    `(local.set $i (i32.const 0)) (block $out (loop $l (block
    ${COUNT} (br_if $out (i32.eq (local.get $i) (local.get $n)))
    (br_if $l (i32.ne ${next('$i', 5)} (i32.const 500))))))`,
  ],
  'one in another': [2, up('$i', 32, up('$j', 32, COUNT))],
  'the outer one alone': [1, up('$i', 3, up('$j', 400, COUNT))],
  'two inside, one after the other': [3, up('$i', 2, up('$j', 500, COUNT) + up('$j', 400, COUNT))],
};

test.each(Object.entries(BOUNDED))('without a check: %s', async (_, [loops, body]) => {
  const bytes = await program(body);
  expect(unchecked(bytes)).toBe(loops);
  const plain = await WebAssembly.instantiate(bytes as BufferSource);
  const debuggee = new Debuggee();
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
  expect(debuggee.call(instance, 'f', 3)).toBe(
    (plain.instance.exports['f'] as (n: number) => number)(3),
  );
});

const UNBOUNDED: Readonly<Record<string, string>> = {
  'too many rounds': up('$i', 1025, COUNT),
  'a bound that is not a constant': `(loop ${COUNT}
    (br_if 0 (i32.lt_u ${next('$i', 1)} (local.get $n))))`,
  'a bound that is gone past': `(local.set $i (i32.const 1))
    (loop ${COUNT} (br_if 0 (i32.ne ${next('$i', 0x4000_0000)} (i32.const 0x4000_0002))))`,
  'rounds that do not count': `(loop
    (if (i32.and (local.get $sum) (i32.const 1)) (then (drop ${next('$i', 1)})))
    (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
    (br_if 0 (i32.lt_u (local.get $i) (i32.const 10))))`,
  'a second way back': `(loop $l
    ${COUNT} (br_if $l (i32.eqz ${next('$n', -1)}))
    (br_if $l (i32.lt_u ${next('$i', 1)} (i32.const 10))))`,
};

test.each(Object.entries(UNBOUNDED))('with a check: %s', async (_, body) => {
  expect(unchecked(await program(body))).toBe(0);
});
