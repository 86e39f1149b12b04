/** A frame returns early in place of an error of a host function, whatever that was to give it. */
import { expect, test } from 'vitest';
import { Debuggee } from './debuggee.ts';
import { promising, suspending } from './jspi.ts';
import { early, load, number } from './resumptions.ts';

// So that objects that suspend are known before a test has its engine.
new Debuggee();

const TYPES = `
  (rec (type $f (func (param i32) (result (ref $s))))
  (type $a (array (mut (ref extern))))
  (type $s (struct (field i8) (field (ref null $s)) (field (ref $a)) (field v128) (field (ref $f)))))
  (rec (type $g (sub (func (result (ref $g))))) (type $h (struct (field (ref $g)) (field f64))))`;

const RESULTS = [
  ...['', 'i32 i64 f32 f64', 'externref funcref anyref', '(ref extern)', '(ref func)', '(ref any)'],
  ...['(ref eq) (ref i31)', '(ref struct)', '(ref array)', '(ref $f)', '(ref $a)', '(ref $s)'],
  ...['(ref $g) i32 (ref $h)', 'nullref nullfuncref nullexternref'],
];

test.each(
  RESULTS.flatMap(
    (results) =>
      [
        [results, false],
        [results, true],
      ] as const,
  ),
)('a function that gives (%s); suspending: %s', async (results, suspends) => {
  const text = `(module ${TYPES}
      (import "host" "fail" (func $fail ${results === '' ? '' : `(result ${results})`}))
      (func (export "f") (param i32) (result i32)
        (block (call $fail) (return (i32.const 1)))
        (unreachable)))`;
  const error = new Error('never seen');
  const fail = suspends
    ? suspending(() => Promise.reject(error))
    : () => {
        throw error;
      };
  const imports = { host: { fail } } as never;
  const { debuggee, instance } = await load(text, () => ['run', early(number(42))], imports);
  const f = instance.exports['f'] as (n: number) => number;
  expect(suspends ? await promising(f)(7) : debuggee.call(instance, 'f', 7)).toBe(42);
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap']);
});
