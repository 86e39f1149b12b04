/** The functions of a core module: what a debugger needs to set a breakpoint by a name. */

import { decodeModule } from '../wasm/module.ts';
import { decodeNames } from '../wasm/names.ts';

/** A function that the module defines. Offsets are in bytes of the module: they are pcs. */
export interface FunctionInfo {
  /** In the index space of functions, in which imports come first. */
  readonly index: number;
  /** From the module's name section, else the name of its first export, else undefined. */
  readonly name: string | undefined;
  /** Of its first instruction. */
  readonly start: number;
  /** Behind its last instruction. */
  readonly end: number;
}

/**
 * @param bytes as `moduleBytecode` gives them
 * @throws WasmError, with the offset, for what is not a core module
 */
export function functionsOf(bytes: Uint8Array): FunctionInfo[] {
  const module = decodeModule(bytes);
  const { functions: names } = decodeNames(module);
  const exported = new Map(
    module.exports.filter(({ kind }) => kind === 'func').map(({ index, name }) => [index, name]),
  );
  return module.bodies.map(({ funcIndex, codeStart, end }) => ({
    index: funcIndex,
    name: names.get(funcIndex) ?? exported.get(funcIndex),
    start: codeStart,
    end,
  }));
}
