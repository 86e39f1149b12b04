/** The names of an expression, looked up in a module and, where there is one, a function of it. */

import type { Memory } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import type { Code } from '../../../src/wasm/code.ts';
import type { ValType } from '../../../src/wasm/types.ts';
import { nearest } from '../../shared/src/near-names.ts';
import type { Value } from '../../shared/src/value.ts';
import { type NumberType, orError, readValue } from '../../shared/src/values.ts';
import { CommandError, explaining, meaning } from './errors.ts';
import { type Evaluate, type Scalar, type Scope, toAddress, type Where } from './expression.ts';
import type { FrameView } from './frames.ts';
import type { Program } from './program.ts';

/** @param func the function whose locals the names are; undefined where there is no frame */
export function scopeOf(program: Program, code: Code, func: number | undefined): Scope {
  const local = (index: number): Evaluate => {
    const types = func === undefined ? [] : code.localTypes(func);
    if (index >= types.length) throw new CommandError(noLocal(func, index, types.length));
    // Known where the function is: one question less for each time that a condition is evaluated.
    const type = numberType(types[index]!);
    return (where) => scalar(slot(frameOf(where), 'locals', index, type), `local ${index}`);
  };
  const global =
    (index: number): Evaluate =>
    (where) =>
      scalar(readGlobal(program, where, index), `global ${index}`);
  return {
    variable(name, sigil) {
      if (sigil && /^\d+$/.test(name)) return local(Number(name));
      const found = func === undefined ? undefined : localOf(code, func, name);
      if (found !== undefined) return local(found);
      const [index] = code.indicesOf('global', name);
      if (index !== undefined) return global(index);
      throw new CommandError(`no local or global "${name}"${suggestion(code, func, name)}`);
    },
    element(list, index) {
      switch (list) {
        case 'local':
          return local(typeof index === 'number' ? index : findLocal(code, func, index));
        case 'global':
          return global(typeof index === 'number' ? index : findGlobal(code, index));
        default: {
          if (typeof index !== 'number') throw new CommandError('stack[...] needs an index');
          return (where) => {
            const frame = frameOf(where);
            const height = explaining('the operand stack', () => frame.stackHeight());
            return scalar(slot(frame, 'stack', height - 1 - index), `operand ${index}`);
          };
        }
      }
    },
    load(type, memory, address) {
      const read = Object.hasOwn(loads, type) ? loads[type] : undefined;
      if (read === undefined) return undefined;
      return (where) => {
        const at = toAddress(address(where));
        const handle = program.memory(where.instance, memory);
        return explaining(`${type}[0x${at.toString(16)}]`, () => read(program, handle, at));
      };
    },
  };
}

type Load = (program: Program, memory: Memory, address: bigint) => Scalar;

const view = new DataView(new ArrayBuffer(8));

/** By the names of the types in an expression. */
const loads: Readonly<Record<string, Load>> = {
  u8: ({ d }, memory, address) => BigInt(memory.getU8(d, address)),
  i8: ({ d }, memory, address) => BigInt((memory.getU8(d, address) << 24) >> 24),
  u16: ({ d }, memory, address) => BigInt(memory.getU16(d, address)),
  i16: ({ d }, memory, address) => BigInt((memory.getU16(d, address) << 16) >> 16),
  u32: ({ d }, memory, address) => BigInt(memory.getU32(d, address)),
  i32: ({ d }, memory, address) => BigInt(memory.getU32(d, address) | 0),
  u64: ({ d }, memory, address) => memory.getU64(d, address),
  i64: ({ d }, memory, address) => BigInt.asIntN(64, memory.getU64(d, address)),
  f32: ({ d }, memory, address) => {
    view.setUint32(0, memory.getU32(d, address));
    return view.getFloat32(0);
  },
  f64: ({ d }, memory, address) => {
    view.setBigUint64(0, memory.getU64(d, address));
    return view.getFloat64(0);
  },
};

function frameOf({ frame }: Where): FrameView {
  if (frame === undefined) throw new CommandError('there is no frame here');
  return frame;
}

function slot(
  frame: FrameView,
  list: 'locals' | 'stack',
  index: number,
  type?: NumberType,
): Value | undefined {
  const what = list === 'locals' ? 'the locals' : 'the operand stack';
  return explaining(what, () => frame.one(list, index, type));
}

function numberType({ kind }: ValType): NumberType | undefined {
  return kind === 'i32' || kind === 'i64' || kind === 'f32' || kind === 'f64' ? kind : undefined;
}

/** The number that a value is. */
function scalar(value: Value | undefined, what: string): Scalar {
  switch (value?.type) {
    case 'i32':
      return BigInt(value.value | 0);
    case 'i64':
      return BigInt.asIntN(64, value.value);
    case 'f32':
    case 'f64':
      return value.value;
    case undefined:
      throw new CommandError(`there is no ${what}`);
    default:
      throw new CommandError(`${what} is a ${value?.type}, which expressions cannot compute with`);
  }
}

/** @throws CommandError */
export function readGlobal(program: Program, { instance }: Where, index: number): Value {
  const handle = explaining(`global ${index}`, () => instance.handle.getGlobal(program.d, index));
  try {
    const value = orError(() => handle.get(program.d));
    if ('error' in value) throw new CommandError(`global ${index}: ${meaning(value.error)}`);
    try {
      return readValue(program.d, value);
    } finally {
      value[Symbol.dispose]();
    }
  } finally {
    handle[Symbol.dispose]();
  }
}

export function localOf(code: Code, func: number, name: string): number | undefined {
  for (const [index, known] of code.localNames(func)) if (known === name) return index;
  return undefined;
}

function findLocal(code: Code, func: number | undefined, name: string): number {
  const index = func === undefined ? undefined : localOf(code, func, name);
  if (index === undefined) throw new CommandError(`no local "${name}"`);
  return index;
}

/** @throws CommandError */
export function findGlobal(code: Code, name: string): number {
  const [index] = code.indicesOf('global', name);
  if (index === undefined)
    throw new CommandError(`no global "${name}"${suggestion(code, undefined, name)}`);
  return index;
}

function noLocal(func: number | undefined, index: number, count: number): string {
  if (func === undefined) return 'there are no locals without a frame';
  return `no local ${index}; the function has ${count === 0 ? 'none' : `0 to ${count - 1}`}`;
}

function suggestion(code: Code, func: number | undefined, name: string): string {
  const names = [...code.allNames('global')];
  if (func !== undefined) names.push(...code.localNames(func).values());
  const near = nearest(name, names, 3);
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}
