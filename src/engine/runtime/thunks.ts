/**
 * The compiled thunks (see `../instrument/thunks.ts`): one for each signature of each module, since a
 * signature may name the module's own types.
 */
import type { Module } from '../../wasm/module.ts';
import { type ValType, valTypeName } from '../../wasm/types.ts';
import { DEBUG_MEMORY_IMPORT } from '../instrument/additions.ts';
import { IMPORT_MODULE } from '../instrument/layout.ts';
import {
  callThunk,
  catchThunk,
  returnThunk,
  THUNK,
  type ThunkModule,
  throwThunk,
} from '../instrument/thunks.ts';
import { addHelper } from './helpers.ts';
import type { ReferenceArrays } from './reference-arrays.ts';
import { WebAssembly } from './v8.ts';

export interface Thunk {
  readonly wasm: WebAssembly.Instance;
  /** @throws WebAssembly.RuntimeError if the row does not hold values of the thunk's types */
  readonly check: (row: number) => void;
  /** A function of wasm, not a JavaScript wrapper. */
  readonly run: (...args: unknown[]) => void;
}

function throwIt(thrown: unknown): never {
  throw thrown;
}

export class Thunks {
  readonly #memory: WebAssembly.Memory;
  readonly #references: ReferenceArrays;
  readonly #known = new WeakMap<Module, Map<string, Thunk>>();
  readonly #throwing = new WeakMap<WebAssembly.Tag, Thunk>();
  readonly #catching = new WeakMap<WebAssembly.Tag, Thunk>();

  constructor(memory: WebAssembly.Memory, references: ReferenceArrays) {
    this.#memory = memory;
    this.#references = references;
  }

  /** Returns the row at the frame pointer. */
  returning(module: Module, results: readonly ValType[]): Thunk {
    const key = `return ${results.map(valTypeName).join()}`;
    return this.#get(module, key, () => returnThunk(module, results));
  }

  /** @param typeIndex - of the functions that it calls, in `module` */
  calling(module: Module, typeIndex: number): Thunk {
    return this.#get(module, `call ${typeIndex}`, () => callThunk(module, typeIndex));
  }

  /** @param typeIndex - of the tag, in `module`; undefined: a function type of its own */
  throwing(
    tag: WebAssembly.Tag,
    module: Module,
    params: readonly ValType[],
    typeIndex: number | undefined,
  ): Thunk {
    let thunk = this.#throwing.get(tag);
    if (thunk === undefined) {
      thunk = this.#make(throwThunk(module, params, typeIndex), tag);
      this.#throwing.set(tag, thunk);
    }
    return thunk;
  }

  /** @param typeIndex - of the tag, in `module` */
  catching(tag: WebAssembly.Tag, module: Module, typeIndex: number): Thunk {
    let thunk = this.#catching.get(tag);
    if (thunk === undefined) {
      thunk = this.#make(catchThunk(module, typeIndex), tag);
      this.#catching.set(tag, thunk);
    }
    return thunk;
  }

  #get(module: Module, key: string, write: () => ThunkModule): Thunk {
    let known = this.#known.get(module);
    if (known === undefined) {
      known = new Map();
      this.#known.set(module, known);
    }
    let thunk = known.get(key);
    if (thunk === undefined) {
      thunk = this.#make(write(), undefined);
      known.set(key, thunk);
    }
    return thunk;
  }

  #make({ bytes, references }: ThunkModule, tag: WebAssembly.Tag | undefined): Thunk {
    const imports = {
      [DEBUG_MEMORY_IMPORT]: this.#memory,
      [THUNK.tag]: tag,
      [THUNK.throw]: throwIt,
    };
    const wasm = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      [IMPORT_MODULE]: imports as unknown as WebAssembly.ModuleImports,
    });
    const { exports } = addHelper(wasm);
    for (const hierarchy of references) {
      const global = exports[THUNK.references + hierarchy] as WebAssembly.Global;
      this.#references.connect(hierarchy, global);
    }
    return {
      wasm,
      check: exports[THUNK.check] as Thunk['check'],
      run: exports[THUNK.run] as Thunk['run'],
    };
  }
}
