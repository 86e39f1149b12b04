/** That the comparison finds what it is there to find, with targets that are wrong on purpose. */
import { expect, test } from 'vitest';
import { createWorkspace } from '../support/workspace.ts';
import { Cruise } from './debuggers.ts';
import { runScript } from './runner.ts';
import { loadScript } from './script.ts';
import { compare } from './suite.ts';
import { EngineTarget, type Instantiate, PlainTarget } from './target.ts';

const SCRIPT = `(module
  (memory 1)
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32)
    (i32.load (local.get 0)) nop)
  (func (export "nothing")))
(assert_return (invoke "add" (i32.const 5) (i32.const 3)) (i32.const 8))
(assert_return (invoke "add" (i32.const 5) (i32.const 0)) (i32.const 5))
(assert_trap (invoke "load" (i32.const 65536)) "out of bounds memory access")
(invoke "nothing")
(assert_return (invoke "missing") (i32.const 1))
`;

async function compareScript(target: PlainTarget | EngineTarget) {
  using workspace = createWorkspace();
  const script = await loadScript(workspace.file('script.wast', SCRIPT));
  const plain = runScript(script, new PlainTarget());
  expect(plain.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false]);
  return compare(script, plain, target, 'script');
}

/** Runs modules in which one byte sequence is replaced. */
class Miscompiling extends PlainTarget {
  readonly #from: readonly number[];
  readonly #to: readonly number[];

  constructor(from: readonly number[], to: readonly number[]) {
    super();
    this.#from = from;
    this.#to = to;
  }

  override load(bytes: Uint8Array): Instantiate {
    const patched = bytes.slice();
    const at = patched.findIndex((_, i) => this.#from.every((byte, j) => bytes[i + j] === byte));
    expect(at).toBeGreaterThan(0);
    patched.set(this.#to, at);
    return super.load(patched);
  }
}

const I32_ADD = [0x20, 0x01, 0x6a];
const I32_SUB = [0x20, 0x01, 0x6b];
const I32_LOAD = [0x20, 0x00, 0x28, 0x02, 0x00];
const UNREACHABLE = [0x20, 0x00, 0x00, 0x01, 0x01];

test('the engine is as V8 alone', async () => {
  const comparison = await compareScript(new EngineTarget(new Cruise(), 'exact'));
  expect(comparison).toEqual({ passed: 3, stops: 1, throws: 0, differences: [] });
});

test('a wrong result is found', async () => {
  const { passed, differences } = await compareScript(new Miscompiling(I32_ADD, I32_SUB));
  expect(passed).toBe(2);
  expect(differences).toEqual([
    'script:8 assert_return add: gave i32:02000000, V8 alone i32:08000000',
  ]);
});

test('another trap at the same place is found', async () => {
  const { passed, differences } = await compareScript(new Miscompiling(I32_LOAD, UNREACHABLE));
  expect(passed).toBe(2);
  expect(differences).toHaveLength(1);
  expect(differences[0]).toMatch(/gave RuntimeError: unreachable at 0x/);
});

test('the same trap at another place is found', async () => {
  const loadNop = [0x20, 0x00, 0x28, 0x02, 0x00, 0x01];
  const nopLoad = [0x01, 0x20, 0x00, 0x28, 0x02, 0x00];
  const { passed, differences } = await compareScript(new Miscompiling(loadNop, nopLoad));
  expect(passed).toBe(2);
  expect(differences).toHaveLength(1);
  const [moved, place] = differences[0]!.match(/at 0x[0-9a-f]+/g)!.map((at) => Number(at.slice(3)));
  expect(moved).toBe(place! + 1);
});

test('a debugger that complains is heard', async () => {
  class Suspicious extends Cruise {
    override stopped(): void {
      throw new Error('something is wrong here');
    }
  }
  const { passed, differences } = await compareScript(new EngineTarget(new Suspicious(), 'exact'));
  expect(passed).toBe(2);
  expect(differences).toHaveLength(1);
  expect(differences[0]).toContain('something is wrong here');
});
