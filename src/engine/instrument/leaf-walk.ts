/**
 * Follows the body of a small function that calls nothing, to find which memory it accesses: what is
 * known of its i32 values is a base, one that the caller knows as well, and a constant added to it.
 *
 * Unoptimized code keeps its arguments in memory, at the stack pointer less a constant, and loads them
 * from there before it uses them. So what has been stored is known of memory, too, until something may
 * have been stored over it.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { FunctionBody, Module } from '../../wasm/module.ts';
import { OpcodeSet } from '../../wasm/opcode-set.ts';
import { Op } from '../../wasm/opcodes.ts';
import { I32 } from '../../wasm/types.ts';
import { leastBytes } from './bounds-check.ts';
import { isCall } from './loop-effects.ts';
import { isAtomic } from './memory-checks.ts';
import { CONSTANT } from './operands.ts';
import { isDivision, readIntegerConstant } from './trap-checks.ts';
import { truncationBounds } from './truncation.ts';
import type { WalkedFunction } from './walked-function.ts';
import { Walker } from './walker.ts';

/** A value that nothing is known of. */
const UNKNOWN = 0;
/** The base of constants; 2 and above: parameters, then globals, as they are at the entry. */
const ZERO = 1;
const FIRST = 2;

/** Behind these, code may be such as nothing reaches. */
const ENDS_REACHABLE = new OpcodeSet([Op.unreachable, Op.br, Op.brTable, Op.return]);

/**
 * False for most functions that are not bare, without following their values: something is called, or
 * there is a loop. In a fresh process, where nothing is optimized yet, it takes a fraction of the time.
 */
export function mayBeBare({ bytes }: Module, { codeStart, end }: FunctionBody): boolean {
  const reader = new InstructionReader(bytes, codeStart, end);
  while (reader.read()) {
    const { op } = reader;
    if (op === Op.loop || isCall(op)) return false;
    if (ENDS_REACHABLE.has(op)) break;
  }
  return true;
}

/** Prefix of opcodes. */
const VECTORS = 0xfd;

/** What is accessed at one base: from the lowest constant that is added to it up to the last byte. */
interface Span {
  readonly memory: number;
  readonly base: number;
  low: number;
  high: number;
  /** There are stores. */
  isWritten: boolean;
}

/** An i32 in memory, at a base and a constant. */
interface Stored {
  readonly memory: number;
  readonly base: number;
  readonly at: number;
  readonly value: number;
  readonly time: number;
}

export class LeafWalk {
  readonly spans: Span[] = [];
  /** Pairs of spans that must not overlap. */
  readonly apart: (readonly [Span, Span])[] = [];
  writesGlobals = false;
  readonly #module: Module;
  readonly #body: FunctionBody;
  readonly #walker: Walker;
  readonly #parameters: number;
  readonly #locals: number;
  /** By value: its base, and what is added to that modulo 2^32. */
  readonly #bases: number[] = [UNKNOWN];
  readonly #constants: number[] = [0];
  /** By local, then by global: the value that it has. */
  readonly #values = new Map<number, number>();
  #stored: Stored[] = [];
  /** When something was last stored at a span. */
  readonly #storedAt = new Map<Span, number>();
  #time = 0;
  /** For each open construct, when it began and which locals and globals have been written in it. */
  readonly #open: { readonly time: number; readonly written: number[] }[] = [];

  constructor(module: Module, body: FunctionBody, fn: WalkedFunction, parameters: number) {
    this.#module = module;
    this.#body = body;
    this.#walker = new Walker(fn, 0);
    this.#parameters = parameters;
    this.#locals = fn.localTypes.length;
    fn.localTypes.forEach((type, local) => {
      if (type !== I32) return;
      this.#values.set(local, this.#value(local < parameters ? FIRST + local : ZERO, 0));
    });
    module.globals.forEach(({ type }, index) => {
      if (type.value === I32) {
        this.#values.set(this.#locals + index, this.#value(FIRST + parameters + index, 0));
      }
    });
  }

  /** False: it may trap, do something that only the real function can, or access other memory. */
  follow(): boolean {
    const isFollowed = this.#run();
    this.#walker.operands.release();
    return isFollowed;
  }

  #run(): boolean {
    const reader = new InstructionReader(this.#module.bytes, this.#body.codeStart, this.#body.end);
    const walker = this.#walker;
    while (!walker.finished && reader.read()) {
      if (!walker.concerns(reader)) walker.apply(reader);
      else if (!this.#instruction(reader)) return false;
    }
    return true;
  }

  /** What a span's base is. */
  baseOf({ base }: Span): { readonly kind: 'zero' | 'param' | 'global'; readonly index: number } {
    if (base === ZERO) return { kind: 'zero', index: 0 };
    const index = base - FIRST;
    return index < this.#parameters
      ? { kind: 'param', index }
      : { kind: 'global', index: index - this.#parameters };
  }

  #instruction(reader: InstructionReader): boolean {
    const walker = this.#walker;
    const { operands } = walker;
    const { op } = reader;
    let result = UNKNOWN;
    if (reader.info.accessBytes !== undefined) {
      const loaded = this.#access(reader, reader.info.accessBytes);
      if (loaded === undefined) return false;
      result = loaded;
    } else {
      switch (op) {
        case Op.block:
        case Op.if:
        case Op.else:
        case Op.end:
          this.#delimiter(reader);
          return true;
        case Op.br:
        case Op.brIf:
        case Op.brTable:
        case Op.return:
        case Op.nop:
        case Op.drop:
        case Op.select:
        case Op.selectT:
        case Op.memorySize:
          break;
        case Op.localGet:
          result = this.#values.get(reader.index) ?? UNKNOWN;
          break;
        case Op.globalGet:
          result = this.#values.get(this.#locals + reader.index) ?? UNKNOWN;
          break;
        case Op.localSet:
          this.#write(reader.index, this.#operand(0));
          break;
        case Op.localTee:
          result = this.#operand(0);
          this.#write(reader.index, result);
          break;
        case Op.globalSet:
          // Another index may be the same global.
          if (reader.index < this.#module.importedGlobals) return false;
          this.writesGlobals = true;
          this.#write(this.#locals + reader.index, this.#operand(0));
          break;
        case Op.i32Const:
          result = this.#value(ZERO, reader.i32);
          break;
        case Op.i32Add:
          result = this.#sum(this.#operand(1), this.#operand(0));
          break;
        case Op.i32Sub:
          result = this.#difference(this.#operand(1), this.#operand(0));
          break;
        default:
          if (!this.#isHarmless(reader)) return false;
      }
    }
    walker.apply(reader);
    if (result !== UNKNOWN) operands.values[operands.height - 1] = result;
    return true;
  }

  /** What the operand `depth` below the top is. */
  #operand(depth: number): number {
    const { operands } = this.#walker;
    return operands.values[operands.height - 1 - depth]!;
  }

  /** An instruction that changes operands only and cannot trap. */
  #isHarmless({ op, info }: InstructionReader): boolean {
    if (info.params === undefined || info.results === undefined) return false;
    if (truncationBounds(op) !== undefined) return false;
    if (isDivision(op)) return this.#divides(op);
    const isNumeric = op >= Op.i32Const && op <= Op.i64Extend32S;
    const isSaturating = op >= Op.i32TruncSatF32S && op <= Op.i64TruncSatF64U;
    return isNumeric || isSaturating || op >>> 16 === VECTORS;
  }

  /** A division by a constant, but not by one with which it may trap. */
  #divides(op: number): boolean {
    const { operands } = this.#walker;
    const top = operands.height - 1;
    if (operands.sources[top] !== CONSTANT) return false;
    const divisor = readIntegerConstant(this.#module.bytes, operands.starts[top]!);
    return divisor !== 0n && !(divisor === -1n && (op === Op.i32DivS || op === Op.i64DivS));
  }

  /** Locals and memory that an arm of a construct has written have values that are not known behind it. */
  #delimiter(reader: InstructionReader): void {
    const walker = this.#walker;
    const { kind, branched } = walker.innermost;
    const depth = walker.constructs.length;
    walker.apply(reader);
    const opened = walker.constructs.length - depth;
    if (opened > 0) {
      this.#open.push({ time: this.#time, written: [] });
      return;
    }
    const construct = this.#open.at(-1);
    if (construct === undefined) return;
    if (opened < 0) {
      this.#open.pop();
      this.#open.at(-1)?.written.push(...construct.written);
    }
    if (kind === 'block' && !branched) return;
    for (const variable of construct.written) this.#values.delete(variable);
    this.#stored = this.#stored.filter(({ time }) => time <= construct.time);
  }

  #write(variable: number, value: number): void {
    if (value === UNKNOWN) this.#values.delete(variable);
    else this.#values.set(variable, value);
    this.#open.at(-1)?.written.push(variable);
  }

  /** What a load gives; undefined: the function cannot be called bare. */
  #access(reader: InstructionReader, bytes: number): number | undefined {
    const { op, info, memory, memOffset32 } = reader;
    const { limits } = this.#module.memories[memory]!.type;
    if (isAtomic(op) || limits.shared || limits.address === 'i64') return undefined;
    const address = this.#operand(info.operands?.length ?? 0);
    if (address === UNKNOWN) return undefined;
    const base = this.#bases[address]!;
    const added = this.#constants[address]!;
    if (base === ZERO) {
      if (added + memOffset32 + bytes > leastBytes(limits)) return undefined;
    }
    // What begins at zero needs no check; of another base, all up to the bytes must be in bounds.
    const isZero = base === ZERO;
    const at = (isZero ? added : added | 0) + memOffset32;
    const span = this.#span(memory, base, isZero ? at : added | 0, at + bytes);
    if (info.results?.length === 0) {
      span.isWritten = true;
      this.#store(span, at, bytes, op === Op.i32Store ? this.#operand(0) : UNKNOWN);
      return UNKNOWN;
    }
    return op === Op.i32Load ? this.#load(span, at) : UNKNOWN;
  }

  #span(memory: number, base: number, low: number, high: number): Span {
    let span = this.spans.find((other) => other.memory === memory && other.base === base);
    if (span === undefined) {
      span = { memory, base, low, high, isWritten: false };
      this.spans.push(span);
    }
    span.low = Math.min(span.low, low);
    span.high = Math.max(span.high, high);
    return span;
  }

  #store(span: Span, at: number, bytes: number, value: number): void {
    const { memory, base } = span;
    const time = ++this.#time;
    this.#stored = this.#stored.filter(
      (other) =>
        other.memory !== memory ||
        other.base !== base ||
        other.at + 4 <= at ||
        at + bytes <= other.at,
    );
    if (value !== UNKNOWN) this.#stored.push({ memory, base, at, value, time });
    this.#storedAt.set(span, time);
  }

  /** What is at another base is stored elsewhere, if the caller makes sure of that. */
  #load(span: Span, at: number): number {
    const { memory, base } = span;
    const stored = this.#stored.find(
      (other) => other.memory === memory && other.base === base && other.at === at,
    );
    if (stored === undefined) return UNKNOWN;
    for (const [other, time] of this.#storedAt) {
      if (other === span || other.memory !== memory || time < stored.time) continue;
      if (!this.apart.some((pair) => pair.includes(span) && pair.includes(other))) {
        this.apart.push([span, other]);
      }
    }
    return stored.value;
  }

  #value(base: number, constant: number): number {
    this.#constants.push(constant >>> 0);
    return this.#bases.push(base) - 1;
  }

  #sum(left: number, right: number): number {
    if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
    const [a, b] = [this.#bases[left]!, this.#bases[right]!];
    if (a !== ZERO && b !== ZERO) return UNKNOWN;
    return this.#value(a === ZERO ? b : a, this.#constants[left]! + this.#constants[right]!);
  }

  #difference(left: number, right: number): number {
    if (left === UNKNOWN || this.#bases[right] !== ZERO) return UNKNOWN;
    return this.#value(this.#bases[left]!, this.#constants[left]! - this.#constants[right]!);
  }
}
