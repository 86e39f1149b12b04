/** What the walker knows before each instruction. */
import { describe, expect, test } from 'vitest';
import { CONSTANT, DERIVED, SLOT } from '../../../src/engine/instrument/operands.ts';
import type { FunctionPlan } from '../../../src/engine/instrument/plan.ts';
import { Walker } from '../../../src/engine/instrument/walker.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { valTypeName } from '../../../src/wasm/types.ts';
import { planOf } from './plans.ts';

type Look = (walker: Walker, name: string, reader: InstructionReader) => void;

/**
 * Walks a function.
 *
 * @param look - called before each instruction, those that cannot be reached included
 */
function walk(plan: FunctionPlan, look: Look, walker = new Walker(plan, plan.registers)): Walker {
  const { bytes } = plan.module;
  const reader = new InstructionReader(bytes, plan.codeStart, plan.body.end);
  while (reader.read()) {
    look(walker, reader.info.name, reader);
    walker.apply(reader);
  }
  return walker;
}

const FROM: ReadonlyMap<number, string> = new Map([
  [SLOT, ''],
  [CONSTANT, '=const'],
  [DERIVED, '=derived'],
]);

/** `i32=1` equals local 1, `i32=const`, `i32=derived` from locals, `i32` has a slot of its own. */
function operandsOf({ operands }: Walker): string {
  return Array.from({ length: operands.height }, (_, i) => {
    const source = operands.sources[i];
    return valTypeName(operands.types[i]!) + (FROM.get(source!) ?? `=${source}`);
  }).join(' ');
}

function dirtyOf({ unsaved: { dirty } }: Walker, count: number): number[] {
  return Array.from({ length: count }, (_, i) => i).filter((i) => dirty.has(i));
}

/** Before each instruction that can be reached: its name and what `text` gives. */
async function lines(text: string, describe: (walker: Walker) => unknown): Promise<string[]> {
  const found: string[] = [];
  walk(await planOf(text), (walker, name) => {
    if (walker.reachable) found.push(`${name}: ${describe(walker)}`);
  });
  return found;
}

describe('operands', () => {
  test('are constants, equal to a local, follow from locals, or are values of their own', async () => {
    const text = `(module (func (param i32 i64) (result i32)
      i32.const 5 local.get 0 i32.add local.get 0 local.tee 0 i32.sub))`;
    expect(await lines(text, operandsOf)).toEqual([
      'i32.const: ',
      'local.get: i32=const',
      'i32.add: i32=const i32=0',
      'local.get: i32=derived',
      'local.tee: i32=derived i32=0',
      'i32.sub: i32 i32=0',
      'end: i32',
    ]);
  });

  test('that equal a local keep their value when it is written', async () => {
    const text = `(module (func (param i32 i32)
      local.get 0 local.get 1 local.get 0 i32.const 9 local.set 0 drop drop drop))`;
    const before = (await lines(text, operandsOf)).slice(4, 6);
    expect(before).toEqual(['local.set: i32=0 i32=1 i32=0 i32=const', 'drop: i32 i32=1 i32']);
  });

  test('follow from locals and constants, by a few instructions, until a local is written', async () => {
    const text = `(module (func (param i32 i32 i64) (local i32)
      local.get 0 local.get 1 i32.add
      local.get 0 i32.const 16 i32.sub local.tee 3 i32.const 8 i32.add
      local.get 2 i64.eqz
      i32.const 5 local.set 1
      i32.const 6 local.set 3
      drop drop drop))`;
    const found = await lines(text, operandsOf);
    expect(found.slice(3)).toEqual([
      'local.get: i32=derived',
      'i32.const: i32=derived i32=0',
      'i32.sub: i32=derived i32=0 i32=const',
      'local.tee: i32=derived i32=derived',
      'i32.const: i32=derived i32=3',
      'i32.add: i32=derived i32=3 i32=const',
      'local.get: i32=derived i32=derived',
      'i64.eqz: i32=derived i32=derived i64=2',
      'i32.const: i32=derived i32=derived i32=derived',
      'local.set: i32=derived i32=derived i32=derived i32=const',
      'i32.const: i32 i32=derived i32=derived',
      'local.set: i32 i32=derived i32=derived i32=const',
      'drop: i32 i32 i32=derived',
      'drop: i32 i32',
      'drop: i32',
      'end: ',
    ]);
  });

  test.each([
    ['three locals', 'local.get 0 local.get 1 i32.add local.get 2 i32.add'],
    ['a load', 'local.get 0 i32.load'],
    ['what may trap', 'local.get 0 local.get 1 i32.div_u'],
    ['other instructions between', 'local.get 0 nop i32.const 1 i32.add'],
    ['a local that was written between', 'local.get 0 local.get 1 local.tee 0 i32.add'],
    ['what is in a slot', 'call 0 local.get 0 i32.add'],
    ['long constants', 'local.get 0 i32.const 0x7fffffff i32.add i32.const 0x7ffffffe i32.add'],
  ])('do not follow from %s', async (_, code) => {
    const text = `(module (memory 1) (func (result i32) i32.const 0)
      (func (param i32 i32 i32) (result i32) ${code}))`;
    expect((await lines(text, operandsOf)).at(-1)).toBe('end: i32');
  });

  test('follow from two locals, however often those are read', async () => {
    const text = `(module (func (param i32 i32) (result i32)
      local.get 0 local.get 1 i32.add local.get 0 local.get 1 i32.sub i32.xor))`;
    expect((await lines(text, operandsOf)).at(-1)).toBe('end: i32=derived');
  });

  test('follow from locals that the constructs above them do not write', async () => {
    const text = `(module (func (param i32 i32) (result i32)
      local.get 0 local.get 1 i32.add
      local.get 0 i32.const 1 i32.add
      i32.const 8 i32.const 9 i32.add
      block i32.const 1 local.set 1 end
      loop nop end
      i32.const 2 local.set 0
      drop i32.add))`;
    const found = await lines(text, operandsOf);
    expect(found.slice(9)).toEqual([
      'block: i32=derived i32=derived i32=derived',
      'i32.const: i32 i32=derived i32=derived',
      'local.set: i32 i32=derived i32=derived i32=const',
      'end: i32 i32=derived i32=derived',
      'loop: i32 i32=derived i32=derived',
      'nop: i32 i32=derived i32=derived',
      'end: i32 i32=derived i32=derived',
      'i32.const: i32 i32=derived i32=derived',
      'local.set: i32 i32=derived i32=derived i32=const',
      'drop: i32 i32 i32=derived',
      'i32.add: i32 i32',
      'end: i32',
    ]);
  });

  test('are settled when a construct is entered, its parameters taken from the top', async () => {
    const text = `(module (func (param i32) (result i32)
      i32.const 1 local.get 0 local.get 0
      block (param i32) (result i32 i64) local.tee 0 i64.const 2 end
      drop i32.add i32.add))`;
    expect((await lines(text, operandsOf)).slice(3)).toEqual([
      'block: i32=const i32=0 i32=0',
      'local.tee: i32=const i32 i32',
      'i64.const: i32=const i32 i32=0',
      'end: i32=const i32 i32=0 i64=const',
      'drop: i32=const i32 i32 i64',
      'i32.add: i32=const i32 i32',
      'i32.add: i32=const i32',
      'end: i32',
    ]);
  });

  test('go on to equal a local that the constructs above them do not write', async () => {
    const text = `(module (func (param i32 i32) (result i32)
      local.get 0 local.get 1 local.get 0
      if
        block i32.const 1 local.set 1 end
        local.get 0
        loop nop end
        drop
      end
      i32.const 2 local.set 0
      block end
      i32.add))`;
    expect((await lines(text, operandsOf)).slice(3)).toEqual([
      'if: i32=0 i32=1 i32=0',
      'block: i32=0 i32',
      'i32.const: i32=0 i32',
      'local.set: i32=0 i32 i32=const',
      'end: i32=0 i32',
      'local.get: i32=0 i32',
      'loop: i32=0 i32 i32=0',
      'nop: i32=0 i32 i32=0',
      'end: i32=0 i32 i32=0',
      'drop: i32=0 i32 i32=0',
      'end: i32=0 i32',
      'i32.const: i32=0 i32',
      'local.set: i32=0 i32 i32=const',
      'block: i32 i32',
      'end: i32 i32',
      'i32.add: i32 i32',
      'end: i32',
    ]);
  });

  test('have the wider type of a label when a branch to it was not taken', async () => {
    const text = `(module (func (param (ref i31) i32) (result anyref)
      local.get 0 local.get 1 br_if 0))`;
    const found = await lines(text, operandsOf);
    expect(found.at(-2)).toBe('br_if: (ref i31)=0 i32=1');
    expect(found.at(-1)).toMatch(/^end: anyref/);
  });
});

describe('constructs', () => {
  test('are known with their heights, innermost last', async () => {
    const text = `(module (func (param i32) (result i32)
      i32.const 1
      local.get 0
      if (result i32)
        loop (result i32) i32.const 2 end
      else
        i32.const 3
      end
      i32.add))`;
    const found = await lines(text, ({ constructs }) =>
      constructs.map(({ kind, height }) => `${kind}${height}`).join(' '),
    );
    expect(found).toEqual([
      'i32.const: function0',
      'local.get: function0',
      'if: function0',
      'loop: function0 if1',
      'i32.const: function0 if1 loop1',
      'end: function0 if1 loop1',
      'else: function0 if1',
      'i32.const: function0 else1',
      'end: function0 else1',
      'i32.add: function0',
      'end: function0',
    ]);
  });

  test('are what branches target, by depth', async () => {
    const plan = await planOf('(module (func (block (loop (nop)))))');
    walk(plan, (walker, name) => {
      if (name !== 'nop') return;
      expect([0, 1, 2].map((depth) => walker.target(depth).kind)).toEqual([
        'loop',
        'block',
        'function',
      ]);
      expect(walker.innermost).toBe(walker.target(0));
    });
  });

  test('all end with the function', async () => {
    const plan = await planOf('(module (func (block (nop))))');
    expect(walk(plan, (walker) => expect(walker.finished).toBe(false)).finished).toBe(true);
  });
});

describe('what cannot be reached', () => {
  const names = async (text: string): Promise<string> =>
    (await lines(text, () => '')).map((line) => line.replace(': ', '')).join(' ');

  test('begins behind a branch, and ends where something branches to', async () => {
    expect(await names('(module (func block br 0 nop end nop))')).toBe('block br nop end');
    expect(await names('(module (func block br 1 nop end nop))')).toBe('block br');
    expect(await names('(module (func block unreachable block br 1 end nop end nop))')).toBe(
      'block unreachable',
    );
    expect(
      await names('(module (func (param i32) block local.get 0 br_if 0 return end nop))'),
    ).toBe('block local.get br_if return nop end');
  });

  test('the other arm of an `if` can be', async () => {
    const text = '(module (func (param i32) local.get 0 if return else nop end nop))';
    expect(await names(text)).toBe('local.get if return nop end nop end');
    const neither = '(module (func (param i32) local.get 0 if return else return end nop))';
    expect(await names(neither)).toBe('local.get if return return');
    const without = '(module (func (param i32) local.get 0 if return end nop))';
    expect(await names(without)).toBe('local.get if return nop end');
  });

  test('the end of a loop cannot by a branch to it', async () => {
    expect(await names('(module (func loop br 0 end nop))')).toBe('loop br');
  });

  test('a handler can, whatever is in the body', async () => {
    const text = `(module (tag $t) (func
      block try_table (catch $t 0) unreachable end unreachable end nop))`;
    expect(await names(text)).toBe('block try_table unreachable nop end');
  });

  test('concerns nobody, but for the end of the arm', async () => {
    const plan = await planOf('(module (func block br 0 block nop end end))');
    const concerned: string[] = [];
    walk(plan, (walker, name, reader) => {
      if (walker.concerns(reader)) concerned.push(name);
    });
    expect(concerned).toEqual(['block', 'br', 'end', 'end']);
  });
});

describe('locals that differ from the frame', () => {
  /** At each `nop`, with a spill before the first. */
  async function atNops(text: string, count: number): Promise<number[][]> {
    const found: number[][] = [];
    walk(await planOf(text), (walker, name) => {
      if (name !== 'nop' || !walker.reachable) return;
      if (found.length === 0) walker.unsaved.dirty.clear();
      found.push(dirtyOf(walker, count));
    });
    return found;
  }

  test('are all, at first: a frame begins with what lies there', async () => {
    const walker = new Walker(await planOf('(module (func (local i32 i32)))'), 2);
    expect(dirtyOf(walker, 2)).toEqual([0, 1]);
  });

  test('are those written since', async () => {
    const text = `(module (func (param i32 i32 i32)
      nop i32.const 1 local.set 1 nop i32.const 1 local.tee 2 drop nop))`;
    expect(await atNops(text, 3)).toEqual([[], [1], [1, 2]]);
  });

  test('are those of all ways to a place', async () => {
    const text = `(module (func (param i32 i32 i32 i32)
      nop
      block
        local.get 0
        if
          i32.const 1 local.set 1 nop br 1
        else
          i32.const 1 local.set 2 nop
        end
        nop
      end
      nop))`;
    expect(await atNops(text, 4)).toEqual([[], [1], [2], [2], [1, 2]]);
  });

  test('in a loop are those, too, that its body writes', async () => {
    const text = `(module (func (param i32 i32 i32)
      nop loop nop i32.const 1 local.set 1 local.get 0 br_if 0 end nop))`;
    expect(await atNops(text, 3)).toEqual([[], [1], [1]]);
  });

  test('in a handler are none: before a call all are stored', async () => {
    const text = `(module (tag $t) (func (param i32 i32)
      nop
      block
        try_table (catch $t 0) i32.const 1 local.set 1 nop return end
        nop
      end
      nop))`;
    expect(await atNops(text, 2)).toEqual([[], [1], []]);
  });
});

test('a fork goes on by itself', async () => {
  const plan = await planOf('(module (func (param i32) i32.const 1 nop i32.const 2 drop drop))');
  let fork: Walker | undefined;
  const all = walk(
    plan,
    (walker, name) => {
      if (name === 'nop') fork = walker.fork();
    },
    new Walker(plan, 0),
  );
  expect(all.finished).toBe(true);
  expect(fork!.finished).toBe(false);
  expect(operandsOf(fork!)).toBe('i32=const');
});

test('put into the middle of a body, it has everything in the frame', async () => {
  const text = `(module (func (param i32 i32) (result i32)
    i32.const 1 local.get 0
    block (result i32) i32.const 2 local.set 1 local.get 1 nop end
    i32.add i32.add))`;
  const plan = await planOf(text);
  walk(plan, (walker, name) => {
    if (name !== 'nop') return;
    const other = new Walker(plan, plan.registers);
    other.restore(plan.body.end, walker.constructs, walker.operands);
    expect(dirtyOf(other, 2)).toEqual([]);
    expect(operandsOf(other)).toBe(operandsOf(walker));
    expect(Array.from({ length: 3 }, (_, i) => other.operands.clean[i])).toEqual([
      true,
      true,
      true,
    ]);
    expect(other.constructs.map(({ kind }) => kind)).toEqual(['function', 'block']);
    expect(other.reachable).toBe(true);
  });
});
