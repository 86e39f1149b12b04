/** `WebAssembly.Table.prototype.set` while an engine watches it: as V8's own is. */
import { expect, test } from 'vitest';
import { originals } from '../../src/engine/runtime/originals.ts';
import { Debuggee } from './debuggee.ts';
import { outcome } from './transparency.ts';

const { prototype } = WebAssembly.Table;
const before = Object.getOwnPropertyDescriptor(prototype, 'set')!;
new Debuggee();
const after = Object.getOwnPropertyDescriptor(prototype, 'set')!;

type Set = (this: unknown, ...args: unknown[]) => unknown;

test('it is replaced once, by a method of the same looks', () => {
  new Debuggee();
  expect(prototype.set).toBe(after.value);
  expect(after.value).not.toBe(before.value);
  expect({ ...after, value: undefined }).toEqual({ ...before, value: undefined });
  expect(Object.getOwnPropertyDescriptors(after.value)).toEqual(
    Object.getOwnPropertyDescriptors(before.value),
  );
  expect(() => Reflect.construct(after.value, [])).toThrow(TypeError);
  expect(originals.get(after.value)).toBe(before.value);
});

test('it does and says what V8 says', () => {
  const run = (set: Set): string[] => {
    const table = new WebAssembly.Table({ element: 'externref', initial: 3 }, 'initial');
    const seen: string[] = [];
    const counted = {
      valueOf(): number {
        seen.push('valueOf');
        return 1;
      },
    };
    const see = (self: unknown, ...args: unknown[]): void => {
      seen.push(outcome(() => set.apply(self, args)));
      seen.push(Array.from({ length: 3 }, (_, i) => String(table.get(i))).join());
    };
    see(table, 0, 'a');
    see(table, '2', 'b');
    see(table, counted, 'c');
    see(table, 1.9, 'd');
    see(table, 0);
    see(table, 0, undefined);
    see(table);
    see(table, -1, 'e');
    see(table, 3, 'e');
    see(table, 2n, 'e');
    see(table, Number.NaN, 'e');
    see(undefined, 0, 'e');
    see({}, 0, 'e');
    return seen;
  };
  const expected = run(before.value);
  expect(expected.filter((line) => line === 'valueOf')).toHaveLength(1);
  expect(expected).toContain('a,d,b');
  expect(run(after.value)).toEqual(expected);
});
