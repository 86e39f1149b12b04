/** Integer arithmetic of frame readers is that of V8. */
import { describe, expect, test } from 'vitest';
import {
  applyInteger,
  INTEGER_OPERATIONS,
  type Integer,
} from '../../../src/engine/instrument/integer-operations.ts';
import { type Opcode, opcode } from '../../../src/wasm/opcodes.ts';
import { I64, type ValType } from '../../../src/wasm/types.ts';
import { assemble } from '../debuggee.ts';

const NUMBERS = [
  0, 1, 2, 7, 8, 31, 32, 33, 63, 127, 128, 255, 0x7fff, 0x8000, 0xffff, 0x12345678, 0x7fffffff,
  0x80000000, 0x80000001, 0xfffffff8, 0xffffffff,
];
const BIGINTS = [
  ...NUMBERS.map(BigInt),
  64n,
  65n,
  0x1_0000_0000n,
  0x1234_5678_9abc_def0n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0x8000_0000_0000_0001n,
  0xffff_ffff_0000_0000n,
  0xffff_ffff_ffff_fff0n,
  0xffff_ffff_ffff_ffffn,
];

const values = (type: ValType): readonly Integer[] => (type === I64 ? BIGINTS : NUMBERS);

/** As JavaScript passes it. */
const signed = (value: Integer): Integer =>
  typeof value === 'bigint' ? BigInt.asIntN(64, value) : value | 0;

const operations = INTEGER_OPERATIONS.map(([op]) => opcode(op) as Opcode);

async function carriedOutByV8({ name, params, results }: Opcode) {
  const gets = params!.map((_, i) => `(local.get ${i})`).join(' ');
  const types = params!.map(({ kind }) => kind).join(' ');
  const bytes = await assemble(`(module
    (func (export "f") (param ${types}) (result ${results![0]!.kind}) (${name} ${gets})))`);
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  return new WebAssembly.Instance(module).exports['f'] as (...args: Integer[]) => Integer;
}

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s',
  (_, op) => {
    test('gives what it gives in V8', async () => {
      const inV8 = await carriedOutByV8(op);
      const [first, second] = op.params!;
      expect(op.params!.length).toBe(INTEGER_OPERATIONS.find(([id]) => id === op.id)![1]);
      for (const a of values(first!)) {
        for (const b of second === undefined ? [undefined] : values(second)) {
          const operands = b === undefined ? [a] : [a, b];
          const stack = [...operands];
          applyInteger({ op: op.id, i32: 0, i64: 0n }, stack);
          expect(stack.length).toBe(1);
          const found = stack[0]!;
          // In the form of frames: unsigned.
          expect(found >= 0, `${operands}`).toBe(true);
          expect(signed(found), `${operands}`).toBe(inV8(...operands.map(signed)));
        }
      }
    });
  },
);
