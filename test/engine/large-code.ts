/** Programs with as much code, as many blocks and as many labels as V8 accepts. */
import { Op } from '../../src/wasm/opcodes.ts';
import { I32 } from '../../src/wasm/types.ts';
import { call, program, times } from './large-building.ts';

/** Blocks inside each other, each with an operand below; a `br_table` that can go behind any. */
export function deepBlocks(depth: number): Uint8Array<ArrayBuffer> {
  return program([I32], [I32], [I32], (out, { g }) => {
    for (let i = 0; i < depth; i++) {
      out.localGet(0);
      out.op(Op.block);
      out.u8(0x40);
    }
    out.localGet(0);
    out.op(Op.brTable);
    out.u32(depth - 1);
    for (let i = 0; i < depth; i++) out.u32(i);
    for (let i = 0; i < depth; i++) {
      out.end();
      out.localGet(1);
      out.op(Op.i32Add);
      if (i % 64 === 0) call(out, g);
      out.localSet(1);
    }
    out.localGet(1);
  });
}

/** The largest `br_table`: to three blocks in turn. */
export function largeTable(targets: number): Uint8Array<ArrayBuffer> {
  return program([I32], [I32], [], (out, { g }) => {
    for (let i = 0; i < 3; i++) {
      out.op(Op.block);
      out.u8(0x40);
    }
    out.localGet(0);
    out.op(Op.brTable);
    out.u32(targets - 1);
    for (let i = 0; i < targets; i++) out.u32(i % 3);
    for (let i = 1; i <= 3; i++) {
      out.end();
      if (i === 3) break;
      out.i32Const(i * 100);
      call(out, g);
      out.op(Op.return);
    }
    out.i32Const(300);
  });
}

/**
 * A body of about so many bytes: loads, stores, divisions and calls in a row, with small loops and
 * parts of it skipped now and then, all of it in one large loop.
 *
 * @param rounds of the loop: where they are too many, V8 optimizes the plain function in the background,
 *   which takes minutes for megabytes, and no process ends before that
 */
export function longBody(bytes: number, rounds: number): Uint8Array<ArrayBuffer> {
  return program([I32], [I32], [I32, I32, I32], (out, { g }) => {
    out.i32Const(rounds);
    out.localSet(2);
    times(out, 2, () => {
      let open = false;
      for (let i = 0; out.length < bytes - 100; i++) {
        out.localGet(0);
        out.i32Const(i & 0xfffc);
        out.op(Op.i32Add);
        out.i32Const(0xfffc);
        out.op(Op.i32And);
        out.localTee(1);
        out.localGet(1);
        out.u8(Op.i32Load);
        out.u8(2);
        out.u32(0);
        out.localGet(0);
        out.i32Const(i | 1);
        out.op(Op.i32Xor);
        out.op(Op.i32Add);
        out.u8(Op.i32Store);
        out.u8(2);
        out.u32(0);
        out.localGet(1);
        out.localGet(0);
        out.i32Const(7);
        out.op(Op.i32Mul);
        out.localGet(2);
        out.op(Op.i32DivS);
        out.op(Op.i32Add);
        out.localSet(0);
        if (i % 4096 === 4095) {
          out.i32Const(3);
          out.localSet(3);
          times(out, 3, () => {
            out.localGet(0);
            out.localGet(3);
            call(out, g);
            out.op(Op.i32Add);
            out.localSet(0);
          });
        }
        if (i % 512 === 511) {
          if (open) out.end();
          open = true;
          out.op(Op.block);
          out.u8(0x40);
          out.localGet(0);
          out.i32Const(256 << ((i >> 9) % 3));
          out.op(Op.i32And);
          out.op(Op.brIf);
          out.u32(0);
        }
      }
      if (open) out.end();
    });
    out.localGet(0);
  });
}
