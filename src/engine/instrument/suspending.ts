/**
 * The function that a module imports in place of a `WebAssembly.Suspending` object (JavaScript
 * Promise Integration). It calls the object, and when that has come back tells the engine, in the
 * same turn and before any code of the program goes on: the stack may have been suspended, and its
 * frames overwritten.
 *
 * It reaches what it calls through a table, so that no import comes before it and it has the index
 * of the import that it stands for: a re-exported import is named by that.
 */
import { functionType, type Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeGlobalType, writeHeapType } from '../../wasm/type-codec.ts';
import { EXNREF, EXTERNREF, FUNCREF, type TableType } from '../../wasm/types.ts';
import { SmallModule } from './small-module.ts';

/** Imports and exports of {@link suspendingModule}. */
export const SUSPENDING = {
  module: 'e',
  /** Imported table of what is called, by slot. */
  functions: 'functions',
  /** Of the type of the import. */
  run: 'run',
  /** Throws what has been caught last. */
  caught: 'caught',
} as const;

/** Slots of the table. */
export const SUSPENDING_SLOT = {
  /** The `WebAssembly.Suspending` object as a function. */
  call: 0,
  /** [] -> [externref]: before the call; gives what the others get. */
  begin: 1,
  /** [externref] -> []: the call has returned. */
  returned: 2,
  /** [externref] -> []: the call has thrown. Throws again, or returns if the caller is to return early. */
  failed: 3,
  /** The first of as many as there are results, which give one each when `failed` has returned. */
  placeholders: 4,
} as const;

const CATCH_ALL_REF = 3;

/**
 * Imports what the table holds and exports it again: functions of JavaScript as functions of wasm.
 *
 * @param index function index of the import in `module`
 */
export function bridgeModule(module: Module, index: number): Uint8Array<ArrayBuffer> {
  const small = new SmallModule(module);
  const { types } = small;
  const told = types.func([EXTERNREF], []);
  const functions: [name: keyof typeof SUSPENDING_SLOT, typeIndex: number][] = [
    ['call', module.functions[index]!.typeIndex],
    ['begin', types.func([], [EXTERNREF])],
    ['returned', told],
    ['failed', told],
  ];
  functions.forEach(([name, typeIndex], i) => {
    small.import(SUSPENDING.module, name, { kind: 'func', typeIndex });
    small.export(name, 'func', i);
  });
  return small.finish();
}

/** @param index function index of the import in `module` */
export function suspendingModule(module: Module, index: number): Uint8Array<ArrayBuffer> {
  const { typeIndex } = module.functions[index]!;
  const { params, results } = functionType(module, typeIndex);
  const small = new SmallModule(module);
  const { types } = small;
  const min = BigInt(SUSPENDING_SLOT.placeholders + results.length);
  const table: TableType = {
    element: FUNCREF,
    limits: { min, max: undefined, shared: false, address: 'i32', pageSizeLog2: 16 },
  };
  small.import(SUSPENDING.module, SUSPENDING.functions, { kind: 'table', type: table });
  small.global((out) => {
    writeGlobalType(out, { value: EXNREF, mutable: true });
    out.u8(Op.refNull);
    writeHeapType(out, 'exn');
    out.u8(Op.end);
  });
  const nothing = types.func([], []);
  for (let i = 0; i < index; i++) small.func(nothing, [], () => {});
  const ticket = params.length;
  const run = small.func(typeIndex, [EXTERNREF], (out) => {
    const call = (slot: number, type: number): void => {
      out.i32Const(slot);
      out.callIndirect(Op.callIndirect, type, 0);
    };
    const tell = (slot: number): void => {
      out.localGet(ticket);
      call(slot, types.func([EXTERNREF], []));
    };
    call(SUSPENDING_SLOT.begin, types.func([], [EXTERNREF]));
    out.localSet(ticket);
    out.u8(Op.block);
    out.s33(types.func([], [EXNREF]));
    out.op(Op.tryTable);
    out.s33(types.func([], results));
    out.u32(1);
    out.u8(CATCH_ALL_REF);
    out.u32(0);
    params.forEach((_, i) => {
      out.localGet(i);
    });
    call(SUSPENDING_SLOT.call, typeIndex);
    out.end();
    tell(SUSPENDING_SLOT.returned);
    out.op(Op.return);
    out.end();
    out.op(Op.globalSet);
    out.u32(0);
    tell(SUSPENDING_SLOT.failed);
    results.forEach((type, i) => {
      call(SUSPENDING_SLOT.placeholders + i, types.func([], [type]));
    });
  });
  small.export(SUSPENDING.run, 'func', run);
  const caught = small.func(nothing, [EXNREF], (out) => {
    out.op(Op.globalGet);
    out.u32(0);
    out.localSet(0);
    out.op(Op.refNull);
    writeHeapType(out, 'exn');
    out.op(Op.globalSet);
    out.u32(0);
    out.localGet(0);
    out.op(Op.throwRef);
  });
  small.export(SUSPENDING.caught, 'func', caught);
  return small.finish();
}
