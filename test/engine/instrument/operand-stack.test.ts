/** The operand stack itself: as high as it gets, and used again for another function. */
import { expect, test } from 'vitest';
import { CONSTANT, OperandStack, SLOT } from '../../../src/engine/instrument/operands.ts';
import { FUNCREF, I32, I64, V128 } from '../../../src/wasm/types.ts';

const MANY = 1000;

test('keeps everything of operands as it grows', () => {
  const stack = new OperandStack();
  for (let i = 0; i < MANY; i++) {
    stack.push(i % 2 === 0 ? I32 : I64, i % 7 === 0 ? CONSTANT : SLOT, i, i + 2);
    if (i % 3 === 0) stack.setClean(i);
    stack.homes[i] = i + 1;
    stack.values[i] = i + 3;
  }
  const copy = stack.clone();
  for (const each of [stack, copy]) {
    expect(each.height).toBe(MANY);
    for (let i = 0; i < MANY; i++) {
      expect(each.types[i]).toBe(i % 2 === 0 ? I32 : I64);
      expect(each.sources[i]).toBe(i % 7 === 0 ? CONSTANT : SLOT);
      expect([each.starts[i], each.ends[i], each.homes[i]]).toEqual([i, i + 2, i + 1]);
      expect(each.isClean(i)).toBe(i % 3 === 0);
    }
  }
  expect(stack.values[MANY - 1]).toBe(MANY + 2);
});

test('is empty when it is taken again, whatever was on it', () => {
  const stack = OperandStack.take();
  stack.push(FUNCREF, SLOT);
  stack.push(V128, SLOT);
  stack.settle(0, undefined);
  stack.release();
  const again = OperandStack.take();
  expect(again).toBe(stack);
  expect([again.height, again.settledBelow, again.housedBelow, again.savedBelow]).toEqual([
    0, 0, 0, 0,
  ]);
  expect([again.hadV128, again.hadReferences.size]).toEqual([false, 0]);
  again.push(I32, SLOT);
  expect([again.isClean(0), again.homes[0], again.values[0]]).toEqual([false, -1, 0]);
});
