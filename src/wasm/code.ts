/** What the bytes of a module say about its code: names, functions, instructions. Made when needed. */

import { type DisassembledInstruction, disassemble } from './disassembly.ts';
import {
  decodeModule,
  type FunctionBody,
  funcTypeOf,
  functionType,
  type Module,
} from './module.ts';
import { decodeNames, type NameMap, type Names } from './names.ts';
import { printable } from './text.ts';
import type { ValType } from './types.ts';

/** The kinds of entities that have an index space with names. */
export type EntityKind = 'func' | 'global' | 'memory' | 'table' | 'tag';

/** By kind: what its index space is called in a module and in its names. */
const SPACES = {
  func: 'functions',
  global: 'globals',
  memory: 'memories',
  table: 'tables',
  tag: 'tags',
} as const;

/** How many disassembled functions are kept. */
const KEPT = 16;

export class Code {
  readonly module: Module;
  readonly names: Names;
  readonly #exports = new Map<string, string>();
  readonly #instructions = new Map<number, readonly DisassembledInstruction[]>();

  /** @throws WasmError */
  constructor(bytes: Uint8Array) {
    this.module = decodeModule(bytes);
    this.names = decodeNames(this.module);
    for (const { kind, index, name } of this.module.exports) {
      const key = `${kind} ${index}`;
      if (!this.#exports.has(key)) this.#exports.set(key, name);
    }
  }

  count(kind: EntityKind): number {
    return this.module[SPACES[kind]].length;
  }

  /** Its name, else an export's, else an import's; undefined if it has none. */
  nameOf(kind: EntityKind, index: number): string | undefined {
    const imported = this.module[SPACES[kind]][index]?.import;
    return (
      this.names[SPACES[kind]].get(index) ??
      this.#exports.get(`${kind} ${index}`) ??
      (imported && `${imported.module}.${imported.name}`)
    );
  }

  /** What to show for an entity: `name`, or `func[3]`. */
  label(kind: EntityKind, index: number): string {
    const name = this.nameOf(kind, index);
    return name === undefined ? `${kind}[${index}]` : printable(name);
  }

  /** All indices whose name, or one of whose exports, is `name`. */
  indicesOf(kind: EntityKind, name: string): number[] {
    const found = new Set<number>();
    for (const [index, known] of this.names[SPACES[kind]]) if (known === name) found.add(index);
    for (const e of this.module.exports) if (e.kind === kind && e.name === name) found.add(e.index);
    const count = this.count(kind);
    return [...found].filter((index) => index < count).sort((a, b) => a - b);
  }

  /** Every name that something of this kind can be called by. */
  *allNames(kind: EntityKind): Generator<string> {
    yield* this.names[SPACES[kind]].values();
    for (const e of this.module.exports) if (e.kind === kind) yield e.name;
  }

  /** Undefined for an imported function, and for an index that no function has. */
  bodyOf(func: number): FunctionBody | undefined {
    return this.module.bodies[func - this.module.importedFunctions];
  }

  /** The body that this byte offset is in, its locals declarations included. */
  bodyAt(pc: number): FunctionBody | undefined {
    const { bodies } = this.module;
    let low = 0;
    let high = bodies.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bodies[middle]!.end <= pc) low = middle + 1;
      else high = middle;
    }
    const body = bodies[low];
    return body !== undefined && pc >= body.localsStart ? body : undefined;
  }

  instructions(body: FunctionBody): readonly DisassembledInstruction[] {
    let lines = this.#instructions.get(body.funcIndex);
    if (lines === undefined) {
      lines = disassemble(this.module, this.names, body);
      if (this.#instructions.size === KEPT) this.#instructions.clear();
      this.#instructions.set(body.funcIndex, lines);
    }
    return lines;
  }

  instructionAt(pc: number): DisassembledInstruction | undefined {
    const body = this.bodyAt(pc);
    return body && this.instructions(body).find((instruction) => instruction.pc === pc);
  }

  /** Where a breakpoint at this byte offset stops: the next instruction of the same function. */
  slip(pc: number): number | undefined {
    const body = this.bodyAt(pc);
    return body && this.instructions(body).find((instruction) => instruction.pc >= pc)?.pc;
  }

  /** Types of the parameters, then of the declared locals. */
  localTypes(func: number): ValType[] {
    const types = [...funcTypeOf(this.module, func).params];
    for (const { count, type } of this.bodyOf(func)?.locals ?? []) {
      for (let i = 0; i < count; i++) types.push(type);
    }
    return types;
  }

  paramCount(func: number): number {
    return funcTypeOf(this.module, func).params.length;
  }

  paramTypes(func: number): readonly ValType[] {
    return funcTypeOf(this.module, func).params;
  }

  /** Types of the values that a tag's exceptions carry. */
  tagTypes(tag: number): readonly ValType[] {
    return functionType(this.module, this.module.tags[tag]!.type.typeIndex).params;
  }

  resultTypes(func: number): readonly ValType[] {
    return funcTypeOf(this.module, func).results;
  }

  localNames(func: number): NameMap {
    return this.names.locals.get(func) ?? new Map();
  }
}
