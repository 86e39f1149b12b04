/** Random instructions, typed: what a program generator needs to know of the numeric instructions. */

export type NumberType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** By name; how the text format has them is in {@link typeText}. */
export type ReferenceType = 'any' | 'func' | 'extern' | 'exn' | 'point' | 'words';

export type Type = NumberType | ReferenceType;

export const TYPES: readonly NumberType[] = ['i32', 'i64', 'f32', 'f64', 'v128'];

export function isNumber(type: Type): type is NumberType {
  return (TYPES as readonly Type[]).includes(type);
}

export function typeText(type: Type): string {
  switch (type) {
    case 'any':
    case 'func':
    case 'extern':
    case 'exn':
      return `${type}ref`;
    case 'point':
    case 'words':
      return `(ref null $${type})`;
    default:
      return type;
  }
}

export interface Operation {
  readonly name: string;
  readonly operands: readonly Type[];
  /** Arithmetic that may make a NaN, whose bits WebAssembly leaves open. */
  readonly makesNan?: true;
}

const operation = (name: string, ...operands: Type[]): Operation => ({ name, operands });
const floating = (name: string, ...operands: Type[]): Operation => ({
  name,
  operands,
  makesNan: true,
});

function integer(type: 'i32' | 'i64'): Operation[] {
  const binary = 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr';
  return [
    ...binary.split(' ').map((name) => operation(`${type}.${name}`, type, type)),
    ...'clz ctz popcnt extend8_s extend16_s'
      .split(' ')
      .map((name) => operation(`${type}.${name}`, type)),
  ];
}

function float(type: 'f32' | 'f64'): Operation[] {
  return [
    ...'add sub mul div min max'.split(' ').map((name) => floating(`${type}.${name}`, type, type)),
    ...'ceil floor trunc nearest sqrt'.split(' ').map((name) => floating(`${type}.${name}`, type)),
    operation(`${type}.neg`, type),
    operation(`${type}.abs`, type),
    operation(`${type}.copysign`, type, type),
    operation(`${type}.convert_i32_s`, 'i32'),
    operation(`${type}.convert_i64_u`, 'i64'),
  ];
}

function comparisons(): Operation[] {
  const integers = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'.split(' ');
  const floats = 'eq ne lt gt le ge'.split(' ');
  return [
    ...(['i32', 'i64'] as const).flatMap((type) => [
      ...integers.map((name) => operation(`${type}.${name}`, type, type)),
      operation(`${type}.eqz`, type),
    ]),
    ...(['f32', 'f64'] as const).flatMap((type) =>
      floats.map((name) => operation(`${type}.${name}`, type, type)),
    ),
  ];
}

/** By the type of the one result. */
export const OPERATIONS: Readonly<Record<NumberType, readonly Operation[]>> = {
  i32: [
    ...integer('i32'),
    ...comparisons(),
    operation('i32.wrap_i64', 'i64'),
    operation('i32.trunc_sat_f64_s', 'f64'),
    operation('i32.trunc_f32_u', 'f32'),
    operation('i32.reinterpret_f32', 'f32'),
    operation('i8x16.bitmask', 'v128'),
    operation('v128.any_true', 'v128'),
    operation('i16x8.extract_lane_s 3', 'v128'),
  ],
  i64: [
    ...integer('i64'),
    operation('i64.extend_i32_s', 'i32'),
    operation('i64.extend_i32_u', 'i32'),
    operation('i64.trunc_sat_f32_u', 'f32'),
    operation('i64.trunc_f64_s', 'f64'),
    operation('i64.reinterpret_f64', 'f64'),
    operation('i64x2.extract_lane 1', 'v128'),
  ],
  f32: [...float('f32'), floating('f32.demote_f64', 'f64'), floating('f32.reinterpret_i32', 'i32')],
  f64: [
    ...float('f64'),
    floating('f64.promote_f32', 'f32'),
    floating('f64.reinterpret_i64', 'i64'),
  ],
  v128: [
    operation('i8x16.splat', 'i32'),
    operation('i64x2.splat', 'i64'),
    operation('i32x4.add', 'v128', 'v128'),
    operation('i16x8.mul', 'v128', 'v128'),
    operation('v128.xor', 'v128', 'v128'),
    operation('v128.bitselect', 'v128', 'v128', 'v128'),
    operation('i32x4.replace_lane 2', 'v128', 'i32'),
    operation('i8x16.swizzle', 'v128', 'v128'),
    operation('i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31', 'v128', 'v128'),
    operation('i64x2.shl', 'v128', 'i32'),
  ],
};

export const LOADS: Readonly<Record<NumberType, readonly string[]>> = {
  i32: ['i32.load', 'i32.load8_s', 'i32.load8_u', 'i32.load16_s', 'i32.load16_u'],
  i64: ['i64.load', 'i64.load8_u', 'i64.load16_s', 'i64.load32_s', 'i64.load32_u'],
  f32: ['f32.load'],
  f64: ['f64.load'],
  v128: ['v128.load', 'v128.load8_splat', 'v128.load32x2_s', 'v128.load64_zero'],
};

export const STORES: Readonly<Record<NumberType, readonly string[]>> = {
  i32: ['i32.store', 'i32.store8', 'i32.store16'],
  i64: ['i64.store', 'i64.store8', 'i64.store32'],
  f32: ['f32.store'],
  f64: ['f64.store'],
  v128: ['v128.store', 'v128.store16_lane 5'],
};

const INTERESTING = {
  i32: ['0', '1', '-1', '2', '7', '0x7fffffff', '0x80000000', '65536', '255'],
  i64: ['0', '1', '-1', '3', '0x7fffffffffffffff', '0x8000000000000000', '0x100000000'],
  f32: ['0', '-0', '1', '-1.5', 'inf', '-inf', 'nan', '0x1p-149', '4294967296', '0.1'],
  f64: ['0', '-0', '1', '-2.5', 'inf', '-inf', 'nan', '0x1p-1074', '1e300', '9.5'],
  v128: ['i32x4 1 2 3 4', 'i64x2 -1 0', 'i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15'],
} as const;

export function constants(type: Type): readonly string[] {
  if (isNumber(type)) return INTERESTING[type].map((value) => `${type}.const ${value}`);
  const own = type === 'point' || type === 'words';
  return [`ref.null ${own ? `$${type}` : type}`];
}
