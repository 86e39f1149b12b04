/** What the walker knows before each instruction; of the operands, see `operands.test.ts`. */
import { describe, expect, test } from 'vitest';
import { Walker } from '../../../src/engine/instrument/walker.ts';
import { planOf } from './plans.ts';
import { lines, operandsOf, walk } from './walks.ts';

function dirtyOf({ unsaved: { dirty } }: Walker, count: number): number[] {
  return Array.from({ length: count }, (_, i) => i).filter((i) => dirty.has(i));
}

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
    expect(Array.from({ length: 3 }, (_, i) => other.operands.isClean(i))).toEqual([
      true,
      true,
      true,
    ]);
    expect(other.constructs.map(({ kind }) => kind)).toEqual(['function', 'block']);
    expect(other.reachable).toBe(true);
  });
});
