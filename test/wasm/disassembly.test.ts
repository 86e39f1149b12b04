import { expect, test } from 'vitest';
import { Code } from '../../src/wasm/code.ts';
import { matchingFunctions, signatureText } from '../../src/wasm/listing.ts';
import { functionsOf, parseLocation } from '../../src/wasm/location.ts';
import { assemble } from '../engine/debuggee.ts';

async function code(text: string): Promise<Code> {
  return new Code(await assemble(text));
}

function lines(code: Code, func: number): string[] {
  const body = code.bodyOf(func)!;
  return code.instructions(body).map(({ depth, text }) => `${'  '.repeat(depth)}${text}`);
}

const EXPECTED = `\
block (result i32)
  loop
    i32.const -5
    local.get 0
    br_if 1
    drop
  end
  i32.const 1
  i32.const 2
  br_table 0 0
end
drop
local.get 0
if (result i32)
  i32.const 1
else
  i32.const 0
end
call 0 (env.log)
i32.const 1
i32.const 0
call_indirect (type $unary)
drop
try_table (catch $error 0) (catch_all 0)
  i32.const 9
  throw $error
end
i64.const -9223372036854775808
global.set $count
i32.const 0
i32.const 4
i32.load8_u
i32.store16 offset=6 align=1
i32.const 0
i64.const 1
i64.store 1 offset=4294967295
i32.const 0
i32.const 0
i32.const 0
memory.copy $first 1
i32.const 0
i32.const 0
i32.const 0
memory.init $text
data.drop 1
i32.const 0
ref.null extern
table.set 1
i32.const 0
i32.const 0
i32.const 0
table.init $some
elem.drop $some
i32.const 1
memory.grow 1
drop
i32.const 1
i32.const 2
struct.new $point
local.set $p
local.get $p
struct.get_s $point 1
drop
i32.const 1
i32.const 2
array.new_fixed $bytes 2
drop
i32.const 0
i32.const 1
array.new_data $bytes $text
drop
local.get $p
ref.test (ref null $point)
drop
local.get $p
ref.cast (ref eq)
drop
ref.func $all
drop
ref.null func
ref.null func
i32.const 1
select (result funcref)
drop
f32.const 0.1
drop
f32.const -inf
drop
f64.const -0
drop
f64.const 1e+300
drop
f32.const nan
drop
f32.const -nan:0x200001
drop
f64.const nan:0x1
drop
v128.const i8x16 0x01 0x00 0x00 0x00 0x02 0x00 0x00 0x00 0x03 0x00 0x00 0x00 0xff 0xff 0xff 0xff
drop
v128.const i8x16 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00
i8x16.extract_lane_u 3
drop
i32.const 0
v128.const i8x16 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00
v128.load8_lane offset=2 5
drop
i32.const 1
return_call $all
end`;

test('every kind of immediate, with names and without', async () => {
  const module = await code(`(module
    (import "env" "log" (func (param i32)))
    (type $point (struct (field $x i32) (field (mut i8))))
    (type $bytes (array (mut i8)))
    (type $unary (func (param i32) (result i32)))
    (tag $error (param i32))
    (memory $first 1) (memory 1)
    (table $functions 1 funcref) (table 1 externref)
    (global $count (mut i64) (i64.const 0))
    (elem $some func $all) (data $text "abc") (data "x")
    (func $all (type $unary) (local $p (ref null $point)) (local f32)
      (block $out (result i32)
        (loop (br_if 1 (i32.const -5) (local.get 0)) (drop))
        (br_table 0 $out (i32.const 1) (i32.const 2)))
      drop
      (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 0)))
      (call 0)
      (call_indirect (type $unary) (i32.const 1) (i32.const 0)) drop
      (try_table (catch $error 0) (catch_all 0) (throw $error (i32.const 9)))
      (global.set $count (i64.const -9223372036854775808))
      (i32.store16 offset=6 align=1 (i32.const 0) (i32.load8_u (i32.const 4)))
      (i64.store 1 offset=4294967295 (i32.const 0) (i64.const 1))
      (memory.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 0))
      (memory.init $text (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop 1)
      (table.set 1 (i32.const 0) (ref.null extern))
      (table.init $functions $some (i32.const 0) (i32.const 0) (i32.const 0)) (elem.drop $some)
      (drop (memory.grow 1 (i32.const 1)))
      (local.set $p (struct.new $point (i32.const 1) (i32.const 2)))
      (drop (struct.get_s $point 1 (local.get $p)))
      (drop (array.new_fixed $bytes 2 (i32.const 1) (i32.const 2)))
      (drop (array.new_data $bytes $text (i32.const 0) (i32.const 1)))
      (drop (ref.test (ref null $point) (local.get $p)))
      (drop (ref.cast (ref eq) (local.get $p)))
      (drop (ref.func $all))
      (drop (select (result funcref) (ref.null func) (ref.null func) (i32.const 1)))
      (drop (f32.const 0.1)) (drop (f32.const -inf)) (drop (f64.const -0)) (drop (f64.const 1e300))
      (drop (f32.const nan)) (drop (f32.const -nan:0x200001)) (drop (f64.const nan:0x1))
      (drop (v128.const i32x4 1 2 3 -1))
      (drop (i8x16.extract_lane_u 3 (v128.const i64x2 0 0)))
      (drop (v128.load8_lane offset=2 5 (i32.const 0) (v128.const i64x2 0 0)))
      (return_call $all (i32.const 1))))`);
  expect(lines(module, 1).join('\n')).toBe(EXPECTED);
  expect(signatureText(module, 1)).toBe('(i32) -> (i32)');
});

test('names cannot look like another line', async () => {
  const module = await code('(module (func $"a\\nb" (call $"a\\nb")))');
  expect(lines(module, 0)).toEqual(['call $a\\u{a}b', 'end']);
});

test('functions are found by name, export, index and pc', async () => {
  const module = await code(`(module
    (import "env" "log" (func))
    (func $one (export "first") (export "eins"))
    (func (export "Second"))
    (func))`);
  const found = (word: string) => functionsOf(module, parseLocation(word));
  expect(found('one')).toEqual([1]);
  expect(found('eins')).toEqual([1]);
  expect(found('$one')).toEqual([1]);
  expect(found('3')).toEqual([3]);
  expect(found('func[3]')).toEqual([3]);
  expect(found('4')).toEqual([]);
  const { localsStart, codeStart, end } = module.bodyOf(2)!;
  for (const pc of [localsStart, codeStart, end - 1]) {
    expect(found(`0x${pc.toString(16)}`)).toEqual([2]);
  }
  expect(found(`0x${(localsStart - 1).toString(16)}`)).toEqual([]);
  expect(found('0x1ffffffffff')).toEqual([]);
  expect([...matchingFunctions(module, 'EIN')]).toEqual([1]);
  expect([...matchingFunctions(module, 's*c*d')]).toEqual([2]);
  expect([...matchingFunctions(module, '')]).toEqual([0, 1, 2, 3]);
  expect(parseLocation('m12!f')).toEqual({ kind: 'name', name: 'f', module: 12 });
});
