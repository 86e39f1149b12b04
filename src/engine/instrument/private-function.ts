/**
 * A module that gives a private function, whose code is a body, to those who have no business with it: a
 * debugger may call a function that the program does not show, put it into a table, or hand it out.
 */
import { functionType, type Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { FUNCREF, I32, type TableType } from '../../wasm/types.ts';
import { DEBUG_MEMORY_IMPORT, DEBUG_MEMORY_TYPE } from './additions.ts';
import { pushBodyArguments } from './bodies.ts';
import { IMPORT_MODULE } from './layout.ts';
import { SmallModule } from './small-module.ts';

/** Imports and exports of {@link privateFunctionModule}, beside the debug memory. */
export const PRIVATE_FUNCTION = {
  /** Imported table of all functions of the first instance. */
  functions: 'functions',
  /** Of the function's type. It has the same index, by which JavaScript names it. */
  run: 'run',
} as const;

/** @param index function index in `module` */
export function privateFunctionModule(module: Module, index: number): Uint8Array<ArrayBuffer> {
  const { typeIndex } = module.functions[index]!;
  const { params, results } = functionType(module, typeIndex);
  const small = new SmallModule(module);
  const { types } = small;
  const table: TableType = {
    element: FUNCREF,
    limits: { min: 0n, max: undefined, shared: false, address: 'i32', pageSizeLog2: 16 },
  };
  small.import(IMPORT_MODULE, PRIVATE_FUNCTION.functions, { kind: 'table', type: table });
  small.import(IMPORT_MODULE, DEBUG_MEMORY_IMPORT, { kind: 'memory', type: DEBUG_MEMORY_TYPE });
  const nothing = types.func([], []);
  for (let i = 0; i < index; i++) small.func(nothing, [], () => {});
  small.func(typeIndex, [], (out) => {
    pushBodyArguments(out, params.length);
    out.i32Const(index);
    out.callIndirect(Op.returnCallIndirect, types.func([...params, I32], results), 0);
  });
  small.export(PRIVATE_FUNCTION.run, 'func', index);
  return small.finish();
}
