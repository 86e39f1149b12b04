/** What the large programs are built with. */
import type { CodeWriter } from '../../src/engine/instrument/code.ts';
import { SmallModule } from '../../src/engine/instrument/small-module.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { I32, type ValType } from '../../src/wasm/types.ts';

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
