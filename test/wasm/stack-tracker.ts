/**
 * An independent validator of what `stackEffect` says: follows the operand stack of a body with a
 * control stack of its own, and checks that every `end` and branch finds what the block promises.
 */

import { blockSignature } from '../../src/wasm/block-type.ts';
import { type FunctionContext, StackEffect, stackEffect } from '../../src/wasm/effects.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { type FunctionBody, funcTypeOf, functionType, type Module } from '../../src/wasm/module.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import {
  EXNREF,
  type HeapType,
  I32,
  I64,
  type RefType,
  refType,
  type ValType,
  valTypeName,
} from '../../src/wasm/types.ts';

interface Frame {
  readonly op: number;
  readonly height: number;
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
  /** The code that follows cannot be reached until this construct ends. */
  dead: boolean;
}

const FUNCTION = -1;

/** Follows one body; throws an Error with the instruction's offset at the first contradiction. */
export class StackTracker {
  readonly #module: Module;
  readonly #reader: InstructionReader;
  readonly #context: FunctionContext;
  readonly #effect = new StackEffect();
  readonly #stack: ValType[] = [];
  readonly #frames: Frame[] = [];
  readonly #operand = (depth: number): ValType => {
    const type = this.#stack[this.#stack.length - 1 - depth];
    if (type === undefined) throw this.#fail('operand below the stack');
    return type;
  };
  /** Constructs opened in dead code. */
  #skipped = 0;

  constructor(module: Module, body: FunctionBody) {
    this.#module = module;
    this.#reader = new InstructionReader(module.bytes, body.codeStart, body.end);
    const { params, results } = funcTypeOf(module, body.funcIndex);
    const declared: { end: number; type: ValType }[] = [];
    let end = params.length;
    for (const run of body.locals) {
      end += run.count;
      declared.push({ end, type: run.type });
    }
    this.#context = {
      module,
      localType: (index) => params[index] ?? declared.find((run) => index < run.end)!.type,
    };
    this.#frames.push({ op: FUNCTION, height: 0, params: [], results, dead: false });
  }

  /** Returns the number of instructions whose effect was checked. */
  run(): number {
    let checked = 0;
    while (this.#reader.read()) {
      if (this.#frames.length === 0) throw this.#fail('code behind the last end');
      if (this.#step()) checked++;
    }
    if (this.#frames.length > 0) throw this.#fail('no last end');
    return checked;
  }

  #step(): boolean {
    const { op } = this.#reader;
    const frame = this.#frames.at(-1)!;
    if (frame.dead) return this.#stepDead(frame);
    stackEffect(this.#reader, this.#context, this.#operand, this.#effect);
    this.#checkOperands();
    const { pops, pushes } = this.#effect;
    if (this.#stack.length - pops < frame.height) throw this.#fail(`pops ${pops} below the block`);
    this.#stack.length -= pops;
    switch (op) {
      case Op.block:
      case Op.loop:
      case Op.if:
      case Op.try:
      case Op.tryTable:
        this.#open();
        break;
      case Op.else:
      case Op.catch:
      case Op.catchAll:
      case Op.end:
      case Op.delegate:
        this.#expectExactly(frame);
        this.#close(frame);
        break;
      case Op.br:
      case Op.brIf:
      case Op.brOnNull:
        this.#expect(this.#labelTypes(this.#reader.index));
        break;
      case Op.brOnNonNull:
      case Op.brOnCast:
      case Op.brOnCastFail:
        this.#expect(this.#labelTypes(this.#reader.index).slice(0, -1));
        break;
      case Op.brTable:
        for (const label of this.#reader.labels) this.#expect(this.#labelTypes(label));
        break;
      case Op.return:
        this.#expect(this.#frames[0]!.results);
        break;
    }
    for (const type of pushes) this.#stack.push(type);
    if (isUnconditional(op)) frame.dead = true;
    return true;
  }

  /** What no path reaches has a polymorphic stack; it is skipped, as an engine would. */
  #stepDead(frame: Frame): boolean {
    const { op } = this.#reader;
    switch (op) {
      case Op.block:
      case Op.loop:
      case Op.if:
      case Op.try:
      case Op.tryTable:
        this.#skipped++;
        break;
      case Op.end:
      case Op.delegate:
        if (this.#skipped > 0) this.#skipped--;
        else this.#close(frame);
        break;
      case Op.else:
      case Op.catch:
      case Op.catchAll:
        if (this.#skipped === 0) this.#close(frame);
        break;
    }
    return false;
  }

  #open(): void {
    const { op, blockType } = this.#reader;
    const { params, results } = blockSignature(this.#module, blockType);
    this.#expect(params);
    if (op === Op.tryTable) this.#checkCatches();
    const height = this.#stack.length - params.length;
    if (height < this.#frames.at(-1)!.height) throw this.#fail('parameters below the block');
    this.#frames.push({ op, height, params, results, dead: false });
    this.#replace(height, params);
  }

  #close(frame: Frame): void {
    const { op, index } = this.#reader;
    this.#frames.pop();
    if (op === Op.end || op === Op.delegate) {
      // Without an else, what the if took is what it leaves when its condition is false.
      if (frame.op === Op.if) this.#match(frame.params, frame.results);
      this.#replace(frame.height, frame.results);
      return;
    }
    this.#frames.push({ ...frame, op, dead: false });
    if (op === Op.else) this.#replace(frame.height, frame.params);
    else if (op === Op.catchAll) this.#replace(frame.height, []);
    else this.#replace(frame.height, this.#tagTypes(index));
  }

  #replace(height: number, types: readonly ValType[]): void {
    this.#stack.length = height;
    for (const type of types) this.#stack.push(type);
  }

  #tagTypes(tag: number): readonly ValType[] {
    return functionType(this.#module, this.#module.tags[tag]!.type.typeIndex).params;
  }

  #labelTypes(label: number): readonly ValType[] {
    const frame = this.#frames[this.#frames.length - 1 - label];
    if (frame === undefined) throw this.#fail(`no label ${label}`);
    return frame.op === Op.loop ? frame.params : frame.results;
  }

  #checkCatches(): void {
    for (const { kind, tag, label } of this.#reader.catches) {
      const caught: ValType[] = tag < 0 ? [] : [...this.#tagTypes(tag)];
      if (kind === 1 || kind === 3) caught.push(refType(false, EXNREF.heap));
      this.#match(caught, this.#labelTypes(label));
    }
  }

  /** Operands of instructions whose signature the opcode table or the callee's type gives. */
  #checkOperands(): void {
    const { info, op, index, memory } = this.#reader;
    if (info.params !== undefined) this.#expect(info.params);
    else if (info.operands !== undefined) {
      const { address } = this.#module.memories[memory]!.type.limits;
      this.#expect([address === 'i64' ? I64 : I32, ...info.operands]);
    } else if (op === Op.call || op === Op.returnCall) {
      this.#expect(funcTypeOf(this.#module, index).params);
    } else if (op === Op.throw) {
      this.#expect(this.#tagTypes(index));
    } else if (op === Op.localSet || op === Op.localTee) {
      this.#expect([this.#context.localType(index)]);
    } else if (op === Op.globalSet) {
      this.#expect([this.#module.globals[index]!.type.value]);
    }
  }

  #expectExactly(frame: Frame): void {
    const expected = frame.height + frame.results.length;
    if (this.#stack.length !== expected) {
      throw this.#fail(
        `${this.#stack.length - frame.height} operands, not ${frame.results.length}`,
      );
    }
    this.#expect(frame.results);
  }

  #expect(types: readonly ValType[]): void {
    if (this.#stack.length < types.length) throw this.#fail('too few operands');
    this.#match(this.#stack.slice(this.#stack.length - types.length), types);
  }

  #match(found: readonly ValType[], expected: readonly ValType[]): void {
    const fits = (type: ValType, i: number) => matches(this.#module, found[i]!, type);
    if (found.length === expected.length && expected.every(fits)) return;
    const names = (types: readonly ValType[]) => types.map(valTypeName).join(' ');
    throw this.#fail(`[${names(found)}] where [${names(expected)}] belongs`);
  }

  #fail(message: string): Error {
    const { info, pc } = this.#reader;
    return new Error(`${message}: ${info.name} at 0x${pc.toString(16)}`);
  }
}

const unconditional: ReadonlySet<number> = new Set([
  Op.unreachable,
  Op.br,
  Op.brTable,
  Op.return,
  Op.returnCall,
  Op.returnCallIndirect,
  Op.returnCallRef,
  Op.throw,
  Op.throwRef,
  Op.rethrow,
]);

function isUnconditional(op: number): boolean {
  return unconditional.has(op);
}

/** Subtyping as far as it can be told without comparing recursion groups. */
function matches(module: Module, sub: ValType, sup: ValType): boolean {
  if (sub === sup) return true;
  if (sub.kind !== 'ref' || sup.kind !== 'ref') return false;
  return nullMatches(sub, sup) && heapMatches(module, sub.heap, sup.heap);
}

function nullMatches(sub: RefType, sup: RefType): boolean {
  return sup.nullable || !sub.nullable;
}

/** Direct supertypes of the abstract heap types. */
const above: Readonly<Record<string, readonly string[]>> = {
  none: ['i31', 'struct', 'array'],
  i31: ['eq'],
  struct: ['eq'],
  array: ['eq'],
  eq: ['any'],
  nofunc: ['func'],
  noextern: ['extern'],
  noexn: ['exn'],
};

function abstractMatches(sub: string, sup: string): boolean {
  return sub === sup || (above[sub] ?? []).some((type) => abstractMatches(type, sup));
}

function heapMatches(module: Module, sub: HeapType, sup: HeapType): boolean {
  const kindOf = (index: number) => module.types[index]!.composite.kind;
  if (typeof sub === 'string') {
    if (typeof sup === 'string') return abstractMatches(sub, sup);
    return sub === (kindOf(sup) === 'func' ? 'nofunc' : 'none');
  }
  if (typeof sup === 'string') return abstractMatches(kindOf(sub), sup);
  // Two indices may be one type (equal groups), so only their kinds can contradict.
  return kindOf(sub) === kindOf(sup);
}
