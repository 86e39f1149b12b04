/**
 * The embedder of Binaryen's random modules: gives what they import, calls all that they export, and
 * tells of everything that can be seen from outside. Deterministic, so that runs can be compared.
 */
import { functionType, type Import, type Module } from '../../../src/wasm/module.ts';
import type { ValType } from '../../../src/wasm/types.ts';
import { type Callable, enter, type Scenario, type World } from '../oracle/scenario.ts';
import { Random } from '../random.ts';
import { argument, hash, initial, textOf, textOfError } from './embedding-values.ts';
import { exposedName } from './exposed.ts';

const ROUNDS = 2;
/** Elements of a table that are looked at. */
const ELEMENTS = 12;
/** Calls of the program by host functions that may lie on top of each other. */
const DEPTH = 5;
/** Calls of the program by host functions in all: each begins with as much fuel as the first. */
const CALLS = 200;

export function embedded(name: string, module: Module): Scenario {
  return {
    name,
    modules: [],
    run: (world) => {
      const embedder = new Embedder(module, world);
      return embedder.run();
    },
  };
}

type ImportValue = WebAssembly.ImportValue | WebAssembly.Tag;

class Embedder {
  readonly #module: Module;
  readonly #world: World;
  readonly #log: string[] = [];
  readonly #tag = new WebAssembly.Tag({ parameters: ['i32'] });
  #exports: WebAssembly.Exports | undefined;
  #depth = 0;
  #calls = 0;

  constructor(module: Module, world: World) {
    this.#module = module;
    this.#world = world;
  }

  run(): string {
    try {
      this.#exports = this.#world.instantiate(0, this.#imports());
    } catch (error) {
      return `${this.#log.join('\n')}\nnot instantiated: ${this.#errorText(error)}`;
    }
    const functions = this.#functions;
    for (let round = 0; round < ROUNDS; round++) {
      functions.forEach((f, i) => {
        this.#log.push(
          `${i}: ${this.#outcome(() => enter(this.#world, () => this.#call(f, round)))}`,
        );
      });
    }
    return [...this.#log, ...this.#state()].join('\n');
  }

  /** The exported functions, in the order of the module. */
  get #functions(): Callable[] {
    const exports: unknown[] = Object.values(this.#exports ?? {});
    return exports.filter((value) => typeof value === 'function') as Callable[];
  }

  /** Calls a function of the module with arguments of its types. */
  #call(f: Callable, seed: number): unknown {
    // Functions of WebAssembly are named by their function indices.
    const entry = this.#module.functions[Number(f.name)];
    if (entry === undefined) throw new Error(`a function with the name ${f.name}`);
    const { params } = functionType(this.#module, entry.typeIndex);
    const random = new Random(Number(f.name) * ROUNDS + seed);
    return f(...params.map((type) => argument(type, random, this.#functions)));
  }

  #outcome(call: () => unknown): string {
    try {
      return textOf(call());
    } catch (error) {
      return this.#errorText(error);
    }
  }

  #errorText(error: unknown): string {
    if (error instanceof WebAssembly.Exception && error.is(this.#tag)) {
      return `exception ${error.getArg(this.#tag, 0)}`;
    }
    return textOfError(error);
  }

  *#state(): Generator<string> {
    const exports = this.#exports!;
    const { globals, memories, tables } = this.#module;
    for (let i = 0; i < globals.length; i++) {
      const global = exports[exposedName('global', i)] as WebAssembly.Global;
      yield `global ${i} ${this.#outcome(() => global.value)}`;
    }
    for (let i = 0; i < memories.length; i++) {
      yield `memory ${i} ${this.#outcome(() => {
        const { buffer } = exports[exposedName('memory', i)] as WebAssembly.Memory;
        return `${buffer.byteLength} ${hash(buffer)}`;
      })}`;
    }
    for (let i = 0; i < tables.length; i++) {
      yield `table ${i} ${this.#outcome(() => {
        const table = exports[exposedName('table', i)] as WebAssembly.Table;
        // Of a 64-bit table it is a bigint, whatever the type says.
        const length = Number(table.length);
        const elements = Array.from({ length: Math.min(length, ELEMENTS) }, (_, at) =>
          this.#outcome(() => table.get(this.#tableIndex(i, at))),
        );
        return `${length} ${elements.join(' ')}`;
      })}`;
    }
  }

  #tableIndex(table: number, index: number): number {
    const is64 = this.#module.tables[table]!.type.limits.address === 'i64';
    return (is64 ? BigInt(index) : index) as number;
  }

  #imports(): WebAssembly.Imports {
    const imports: Record<string, Record<string, ImportValue>> = {};
    for (const entry of this.#module.imports) {
      imports[entry.module] ??= {};
      imports[entry.module]![entry.name] = this.#import(entry);
    }
    return imports as WebAssembly.Imports;
  }

  #import({ name, desc }: Import): ImportValue {
    switch (desc.kind) {
      case 'func':
        return this.#host(name, functionType(this.#module, desc.typeIndex).results);
      case 'tag':
        return name.startsWith('jstag') ? jsTag : this.#tag;
      case 'global': {
        const { value, mutable } = desc.type;
        if (!mutable && value.kind !== 'v128') return initial(value) as ImportValue;
        const type = value.kind === 'ref' ? 'externref' : value.kind;
        return new WebAssembly.Global({ value: type, mutable }, initial(value) as never);
      }
      default:
        throw new Error(`the import ${name} is a ${desc.kind}, which Binaryen makes no use of`);
    }
  }

  /** A function of Binaryen's `fuzz_shell.js`, or one that gives values of the types. */
  #host(name: string, results: readonly ValType[]): Callable {
    if (name.startsWith('log-')) return (value) => void this.#log.push(`${name} ${textOf(value)}`);
    switch (name) {
      case 'throw':
        return (which) => {
          if (which === 0) throw new Error('of the host');
          throw new WebAssembly.Exception(this.#tag, [which as number]);
        };
      case 'table-get':
        return (index) => this.#table.get((index as number) >>> 0);
      case 'table-set':
        return (index, value) => this.#table.set((index as number) >>> 0, value);
      case 'call-export':
        return (index) => void this.#callBack(this.#export(index as number));
      case 'call-export-catch':
        return (index) => this.#catch(() => this.#callBack(this.#export(index as number)));
      case 'call-ref':
        return (f) => void this.#callBack(f);
      case 'call-ref-catch':
        return (f) => this.#catch(() => this.#callBack(f));
      case 'sleep':
        return (_, id) => id;
      default:
        return () => (results.length > 1 ? results.map(initial) : results.map(initial)[0]);
    }
  }

  get #table(): WebAssembly.Table {
    const table = this.#exports?.['table'];
    if (!(table instanceof WebAssembly.Table)) throw new Error('no table');
    return table;
  }

  #export(index: number): unknown {
    const functions = this.#functions;
    return functions[(index >>> 0) % functions.length];
  }

  #callBack(f: unknown): unknown {
    if (typeof f !== 'function') throw new Error('not a function');
    if (this.#depth >= DEPTH || ++this.#calls > CALLS) return undefined;
    this.#depth++;
    try {
      return this.#call(f as Callable, 0);
    } finally {
      this.#depth--;
    }
  }

  #catch(call: () => unknown): number {
    const outcome = this.#outcome(() => {
      call();
      return 'returned';
    });
    this.#log.push(outcome);
    return outcome === 'returned' ? 0 : 1;
  }
}

/** TypeScript's declarations know no tags as imports, and not this one at all. */
const jsTag = (WebAssembly as unknown as { readonly JSTag: WebAssembly.Tag }).JSTag;
