/** Programs near what V8 accepts at most, each one function `f` of an i32. */

import type { CodeWriter } from '../../src/engine/instrument/code.ts';
import { MAX_BODY_BYTES, MAX_LOCALS } from '../../src/engine/instrument/code-limits.ts';
import { SmallModule } from '../../src/engine/instrument/small-module.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { EXTERNREF, F64, FUNCREF, I32, I64, V128, type ValType } from '../../src/wasm/types.ts';

export type Write = (out: CodeWriter, context: Context) => void;

export interface Context {
  /** Function index of `g`: an i32 plus one, from the host. */
  readonly g: number;
}

/** A module that imports a memory and a function and exports `f`. */
export function program(
  params: readonly ValType[],
  results: readonly ValType[],
  locals: readonly ValType[],
  write: Write,
): Uint8Array<ArrayBuffer> {
  const module = new SmallModule();
  const limits = {
    min: 1n,
    max: undefined,
    shared: false,
    address: 'i32',
    pageSizeLog2: 16,
  } as const;
  module.import('e', 'memory', { kind: 'memory', type: { limits } });
  module.import('e', 'g', { kind: 'func', typeIndex: module.types.func([I32], [I32]) });
  const f = module.func(module.types.func(params, results), locals, (out) => write(out, { g: 0 }));
  module.export('f', 'func', f);
  return module.finish();
}

export function call(out: CodeWriter, index: number): void {
  out.op(Op.call);
  out.u32(index);
}

/** Runs `body` as often as local `counter` says, which must not be 0; it ends as 0. */
export function times(out: CodeWriter, counter: number, body: () => void): void {
  out.op(Op.loop);
  out.u8(0x40);
  body();
  out.localGet(counter);
  out.i32Const(1);
  out.op(Op.i32Sub);
  out.localTee(counter);
  out.op(Op.brIf);
  out.u32(0);
  out.end();
}

const KINDS = [I64, I32, F64, V128] as const;

/** The type of the locals in {@link manyLocals} behind the parameter. */
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

export interface Large {
  readonly make: () => Uint8Array<ArrayBuffer>;
  readonly calls: readonly (readonly unknown[])[];
  /** How many steps to take, at most. */
  readonly steps: number;
}

const WIDTH = 1000;
/** Arguments for `wideSignature`: i32, then i32, f64 and i64 in turn. */
const wide = (first: number) => [
  first,
  ...Array.from({ length: WIDTH - 1 }, (_, i) => ((i + 1) % 3 === 0 ? BigInt(-i) : i)),
];

export const PROGRAMS: Readonly<Record<string, Large>> = {
  [`${MAX_LOCALS} locals`]: { make: () => manyLocals(), calls: [[3], [-9]], steps: 1000 },
  'as many locals that are references': {
    make: () => manyReferences(),
    calls: [['a value', null]],
    steps: 1000,
  },
  '800 operands': { make: () => deepOperands(800), calls: [[5], [-1]], steps: 6000 },
  '10,000 operands': { make: () => deepOperands(10_000), calls: [[5]], steps: 300 },
  '5,000 blocks inside each other': {
    make: () => deepBlocks(5000),
    calls: [[4000], [0], [5000]],
    steps: 2000,
  },
  'a br_table with 65,520 targets': {
    make: () => largeTable(65_520),
    calls: [[0], [1], [65_519], [70_000]],
    steps: 100,
  },
  '1000 parameters and results': {
    make: () => wideSignature(WIDTH),
    calls: [wide(1), wide(0)],
    steps: 3000,
  },
  'a body of 1 MB': { make: () => longBody(1_000_000, 3), calls: [[77]], steps: 500 },
  // As large as V8 takes: with checks it is larger.
  'a body of 7.6 MB': { make: () => longBody(MAX_BODY_BYTES, 1), calls: [[77]], steps: 300 },
};
