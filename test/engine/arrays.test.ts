/** Arrays that V8 refuses to make: a trap, seen before it happens. */
import { behavesAsInV8, each } from './programs.ts';

// One element more than V8 makes; the longest itself would take 1 GiB in each test.
const TOO_LONG = { i8: 2 ** 30 - 31, i16: 2 ** 29 - 15, i32: 2 ** 28 - 7, i64: 2 ** 27 - 7 };
const VECTORS = 2 ** 26 - 7;

behavesAsInV8({
  ...Object.fromEntries(
    [...Object.entries(TOO_LONG), ['v128', VECTORS], ['anyref', TOO_LONG.i64]].map(
      ([type, length]) => [
        `array.new_default of ${type}`,
        {
          text: `(module (type $a (array (mut ${type})))
            (func (export "f") (param i32) (result i32)
              (array.len (array.new_default $a (local.get 0)))))`,
          run: each('f', [0], [10], [length], [-1]),
        },
      ],
    ),
  ),
  'array.new': {
    text: `(module (type $a (array (mut f64)))
      (func (export "f") (param i32) (result i32)
        (array.len (array.new $a (f64.const 1) (local.get 0)))))`,
    run: each('f', [0], [10], [TOO_LONG.i64]),
  },
});
