/** Programs with as many locals, operands, parameters and results as V8 accepts. */
import { MAX_LOCALS } from '../../src/engine/instrument/code-limits.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { EXTERNREF, F64, FUNCREF, I32, I64, V128, type ValType } from '../../src/wasm/types.ts';
import { call, program, times } from './large-building.ts';

const KINDS = [I64, I32, F64, V128] as const;

/** The type of the locals of `manyLocals` behind the parameter. */
export function kindOf(local: number): ValType {
  return KINDS[(local >> 4) % KINDS.length]!;
}

/**
 * As many locals as V8 takes: sets each i64 to its index times the parameter, calls, adds all up in
 * a loop that runs twice, in which some change while operands equal them.
 */
export function manyLocals(count: number = MAX_LOCALS): Uint8Array<ArrayBuffer> {
  const locals = Array.from({ length: count - 1 }, (_, i) => kindOf(i + 1));
  const i64s = locals.flatMap((type, i) => (type === I64 ? [i + 1] : []));
  const last = i64s.at(-1)!;
  const counter = locals.lastIndexOf(I32) + 1;
  return program([I32], [I64], locals, (out, { g }) => {
    for (const local of i64s) {
      out.localGet(0);
      out.op(Op.i64ExtendI32S);
      out.op(Op.i64Const);
      out.s64(BigInt(local));
      out.op(Op.i64Mul);
      out.localSet(local);
    }
    out.i32Const(2);
    out.localSet(counter);
    times(out, counter, () => {
      // The operand below keeps the old value.
      out.localGet(last);
      out.localGet(last);
      out.op(Op.i64Const);
      out.s64(3n);
      out.op(Op.i64Add);
      out.localTee(last);
      out.localGet(counter);
      call(out, g);
      out.op(Op.i64ExtendI32S);
      out.op(Op.i64Sub);
      out.op(Op.i64Xor);
      out.localSet(i64s[0]!);
    });
    out.op(Op.i64Const);
    out.s64(0n);
    for (const local of i64s) {
      out.localGet(local);
      out.op(Op.i64Add);
    }
  });
}

/** As many locals that are references: `f` gets one and a function, and gives them back from the last. */
export function manyReferences(): Uint8Array<ArrayBuffer> {
  const type = (i: number) => (i % 2 === 0 ? EXTERNREF : FUNCREF);
  const locals = Array.from({ length: MAX_LOCALS - 2 }, (_, i) => type(i));
  const [lastExtern, lastFunc] = [MAX_LOCALS - 2, MAX_LOCALS - 1];
  return program([EXTERNREF, FUNCREF], [EXTERNREF, FUNCREF, I32, I32], locals, (out, { g }) => {
    out.localGet(0);
    out.localSet(lastExtern);
    out.localGet(1);
    out.localTee(lastFunc);
    out.op(Op.drop);
    out.i32Const(1);
    call(out, g);
    out.op(Op.drop);
    out.localGet(lastExtern);
    out.localGet(lastFunc);
    // Those that were not set are null.
    out.localGet(lastExtern - 2);
    out.op(Op.refIsNull);
    out.localGet(lastFunc - 2);
    out.op(Op.refIsNull);
  });
}

/** `depth` operands at once of alternating types, with calls and divisions on top of them. */
export function deepOperands(depth: number): Uint8Array<ArrayBuffer> {
  return program([I32], [I64], [I32, I64], (out, { g }) => {
    for (let i = 0; i < depth; i++) {
      switch (i % 4) {
        case 0:
          out.localGet(0);
          out.i32Const(i);
          out.op(Op.i32Add);
          break;
        case 1:
          out.localGet(0);
          break;
        case 2:
          out.op(Op.i64Const);
          out.s64(BigInt(i));
          break;
        default:
          out.localGet(0);
          out.i32Const(i);
          out.op(Op.i32Or);
          out.localTee(1);
      }
      if (i % 40 === 39) {
        // A local that operands equal changes.
        out.localGet(0);
        out.i32Const(1);
        out.op(Op.i32Add);
        out.localSet(0);
      }
      if (i % 97 === 96) {
        out.localGet(0);
        call(out, g);
        out.localGet(1);
        out.op(Op.i32DivS);
        out.localSet(1);
      }
      if (i % 300 === 299) {
        out.i32Const(2);
        out.localSet(1);
        times(out, 1, () => {
          out.localGet(1);
          call(out, g);
          out.localSet(0);
        });
        out.localGet(0);
        out.localSet(1);
      }
    }
    for (let i = depth - 1; i >= 0; i--) {
      if (i % 4 !== 2) out.op(Op.i64ExtendI32S);
      out.localGet(2);
      out.op(Op.i64Const);
      out.s64(31n);
      out.op(Op.i64Mul);
      out.op(Op.i64Add);
      out.localSet(2);
    }
    out.localGet(2);
  });
}

/** As many parameters and results as there can be: calls itself once, with all of them moved by one. */
export function wideSignature(width: number): Uint8Array<ArrayBuffer> {
  const types = Array.from({ length: width }, (_, i) => (i === 0 ? I32 : KINDS[i % 3]!));
  const shift = types.map((type) => (type === I32 ? Op.i32Const : undefined));
  return program(types, types, [], (out) => {
    const itself = 1;
    out.localGet(0);
    out.op(Op.if);
    out.u8(0x40);
    out.i32Const(0);
    for (let i = 1; i < width; i++) {
      out.localGet(i);
      if (shift[i] === undefined) continue;
      out.i32Const(i);
      out.op(Op.i32Add);
    }
    call(out, itself);
    out.op(Op.return);
    out.end();
    for (let i = 0; i < width; i++) out.localGet(i);
  });
}
