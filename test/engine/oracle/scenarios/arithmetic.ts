/** Values of every type, to the last bit, on the operand stack and in locals. */
import { calls } from '../scenario.ts';

const unary = {
  i32: ['clz', 'ctz', 'popcnt', 'extend8_s', 'extend16_s'],
  i64: ['clz', 'ctz', 'popcnt', 'extend8_s', 'extend16_s', 'extend32_s'],
  f32: ['abs', 'neg', 'ceil', 'floor', 'trunc', 'nearest', 'sqrt'],
  f64: ['abs', 'neg', 'ceil', 'floor', 'trunc', 'nearest', 'sqrt'],
} as const;

const integerBinary =
  'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'.split(' ');
const integerCompare = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'.split(' ');
const floatBinary = 'add sub mul div min max copysign'.split(' ');
const floatCompare = 'eq ne lt gt le ge'.split(' ');

const OPERANDS = {
  i32: ['0xdeadbeef', '13'],
  i64: ['0xdeadbeefcafef00d', '77'],
  f32: ['-7.25', '0x1.8p-3'],
  f64: ['-1e300', '3.0000000000000004'],
} as const;

/** Every instruction of a numeric type once, its result kept below the next. */
function everyInstruction(type: keyof typeof OPERANDS): string {
  const [a, b] = OPERANDS[type];
  const integer = type === 'i32' || type === 'i64';
  const lines: string[] = [];
  for (const name of unary[type]) lines.push(`(${type}.${name} (local.get $a))`);
  for (const name of integer
    ? [...integerBinary, ...integerCompare]
    : [...floatBinary, ...floatCompare]) {
    lines.push(`(${type}.${name} (local.get $a) (${type}.const ${b}))`);
  }
  if (integer) lines.push(`(${type}.eqz (local.get $a))`);
  // In groups: an operand stack of fifty values at every stop is slow to compare.
  const groups: string[] = [];
  for (let i = 0; i < lines.length; i += 6) {
    const group = lines.slice(i, i + 6);
    groups.push([...group, ...group.map(() => 'drop')].join('\n'));
  }
  return `(module (func (export "f") (local $a ${type})
    (local.set $a (${type}.const ${a}))
    ${groups.join('\n')}))`;
}

const CONVERSIONS = [
  ['i32', 'i32.wrap_i64', 'i64'],
  ['i64', 'i64.extend_i32_s', 'i32'],
  ['i64', 'i64.extend_i32_u', 'i32'],
  ...['i32', 'i64'].flatMap((to) =>
    ['f32', 'f64'].flatMap((from) => [
      [to, `${to}.trunc_sat_${from}_s`, from],
      [to, `${to}.trunc_sat_${from}_u`, from],
      [from, `${from}.convert_${to}_s`, to],
      [from, `${from}.convert_${to}_u`, to],
    ]),
  ),
  ['f32', 'f32.demote_f64', 'f64'],
  ['f64', 'f64.promote_f32', 'f32'],
  ['i32', 'i32.reinterpret_f32', 'f32'],
  ['f32', 'f32.reinterpret_i32', 'i32'],
  ['i64', 'i64.reinterpret_f64', 'f64'],
  ['f64', 'f64.reinterpret_i64', 'i64'],
  ['i32', 'i32.trunc_f32_s', 'f32'],
  ['i64', 'i64.trunc_f64_s', 'f64'],
] as const;

const NUMBERS = { i32: '-9', i64: '-12345678901', f32: '-3.5', f64: '1234.75' };

const conversions = `(module (func (export "f")
  ${CONVERSIONS.map(([, name, from]) => {
    const small = name.includes('trunc_f') ? '-2.5' : NUMBERS[from as keyof typeof NUMBERS];
    return `(drop (${name} (${from}.const ${small})))`;
  }).join('\n')}))`;

export const arithmetic = [
  calls('all of i32', everyInstruction('i32'), []),
  calls('all of i64', everyInstruction('i64'), []),
  calls('all of f32', everyInstruction('f32'), []),
  calls('all of f64', everyInstruction('f64'), []),
  calls('conversions', conversions, []),
  calls(
    'NaN payloads, zeros with signs, infinities and denormals',
    `(module (func (export "f") (param $p f64) (result i64) (local $f f32) (local $d f64)
      (local.set $f (f32.const -nan:0x200001))
      (local.set $d (f64.const nan:0xc000000000abc))
      local.get $f
      f32.const -0
      f32.const 0x1p-149
      local.get $d
      f64.const -inf
      f64.neg
      local.get $p
      f64.const -nan
      f32.const nan:0x400001
      (local.set $f (f32.neg (local.get $f)))
      (block (nop))
      drop drop drop drop drop drop drop drop
      (i64.reinterpret_f64 (local.get $d))))`,
    [Number.MIN_VALUE],
    [-0],
  ),
  calls(
    'divisions and conversions that trap',
    `(module
      (func $div (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
      (func $rem (param i64 i64) (result i64) (i64.rem_u (local.get 0) (local.get 1)))
      (func $trunc (param f64) (result i32) (i32.trunc_f64_u (local.get 0)))
      (func (export "f") (param i32) (result i32)
        (i32.const 5)
        (block (br_if 0 (local.get 0))
          (drop (call $div (i32.const 0x80000000) (i32.const -1))))
        (block (br_if 0 (i32.ne (local.get 0) (i32.const 1)))
          (drop (call $div (i32.const 1) (i32.const 0))))
        (block (br_if 0 (i32.ne (local.get 0) (i32.const 2)))
          (drop (call $rem (i64.const 1) (i64.const 0))))
        (block (br_if 0 (i32.ne (local.get 0) (i32.const 3)))
          (drop (call $trunc (f64.const -1))))
        (drop (call $trunc (f64.const 4294967295.9)))))`,
    [0],
    [1],
    [2],
    [3],
    [4],
  ),
  calls(
    'vectors',
    `(module (memory 1)
      (data (i32.const 16) "\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10")
      (func $mix (param $v v128) (param $x i32) (result v128 i32)
        (i8x16.swizzle (local.get $v) (i8x16.splat (local.get $x)))
        (i32x4.extract_lane 2 (local.get $v)))
      (func (export "f") (param $x i32) (result i32) (local $v v128) (local $i i32) (local $w v128)
        (local.set $v (v128.load (local.get $x)))
        v128.const i64x2 0xfedcba9876543210 -1
        local.get $v
        (i16x8.add (local.get $v) (i16x8.splat (i32.const 7)))
        (local.set $i (i32.const 2))
        (loop $next
          (v128.load8_splat offset=16 (local.get $i))
          (local.set $w (i32x4.add (local.get $w)))
          (local.set $w (f64x2.replace_lane 1 (local.get $w) (f64.const 1.5)))
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (br_if $next (local.get $i)))
        i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31
        v128.xor
        (v128.store8_lane offset=64 5 (local.get $x) (local.get $v))
        (v128.bitselect (local.get $w) (local.get $v))
        local.get $x
        (call $mix)
        drop
        (if (result i32) (v128.any_true) (then (i32.const 1)) (else (i32.const 0)))
        (i32.add (i8x16.bitmask (local.get $w)))))`,
    [16],
    [3],
  ),
];
