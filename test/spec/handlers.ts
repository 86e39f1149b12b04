/**
 * Where an exception is caught, worked out from the original bytes alone: what the engine does at a
 * throw is held against this.
 */
import { InstructionReader } from '../../src/wasm/instructions.ts';
import type { FunctionBody, Module } from '../../src/wasm/module.ts';
import { Op } from '../../src/wasm/opcodes.ts';

/** Where control goes in a function that catches an exception. */
export interface Handler {
  /** Byte offset of the next instruction; undefined if the handler is the function's own label. */
  readonly pc: number | undefined;
  /** The operands that the handler gets, the top of the stack last. */
  readonly gives: { readonly values: boolean; readonly reference: boolean };
}

interface Clause {
  /** Undefined for any. */
  readonly tag: number | undefined;
  readonly reference: boolean;
  /** Counted from outside the construct; undefined where the handler's code begins at `pc`. */
  readonly label: number | undefined;
  readonly pc: number;
}

interface Construct {
  readonly op: number;
  readonly pc: number;
  /** Byte offset behind the opening instruction. */
  readonly inside: number;
  readonly clauses: Clause[];
  /** Where what is protected ends: at the first handler of a `try`, at the `end` of a `try_table`. */
  protectedEnd: number;
  /** Label of a `try` that hands its exceptions on, counted from outside it. */
  delegate: number | undefined;
  /** Byte offset behind the closing instruction. */
  behind: number;
}

const OPENS: ReadonlySet<number> = new Set([Op.block, Op.loop, Op.if, Op.tryTable, Op.try]);

/** The constructs around an instruction, outermost first. */
function constructsAround(module: Module, body: FunctionBody, pc: number): Construct[] {
  const reader = new InstructionReader(module.bytes, body.codeStart, body.end);
  const open: Construct[] = [];
  let around: Construct[] = [];
  while (reader.read()) {
    const { op } = reader;
    if (reader.pc === pc) around = [...open];
    const innermost = open.at(-1);
    if (OPENS.has(op)) {
      const clauses = op === Op.tryTable ? reader.catches.map(clauseOf) : [];
      const inside = reader.next;
      const unknown = Number.POSITIVE_INFINITY;
      const rest = { protectedEnd: unknown, delegate: undefined, behind: unknown };
      open.push({ op, pc: reader.pc, inside, clauses, ...rest });
    } else if (innermost !== undefined && closesProtected(op)) {
      innermost.protectedEnd = Math.min(innermost.protectedEnd, reader.pc);
      if (op === Op.catch || op === Op.catchAll) {
        const tag = op === Op.catch ? reader.index : undefined;
        innermost.clauses.push({ tag, reference: false, label: undefined, pc: reader.next });
      } else {
        if (op === Op.delegate) innermost.delegate = reader.index;
        innermost.behind = reader.next;
        open.pop();
      }
    }
  }
  return around;
}

function closesProtected(op: number): boolean {
  return op === Op.end || op === Op.delegate || op === Op.catch || op === Op.catchAll;
}

/** Core spec 3.0, section 5.4.1: 0 catch, 1 catch_ref, 2 catch_all, 3 catch_all_ref. */
function clauseOf({ kind, tag, label }: { kind: number; tag: number; label: number }): Clause {
  return { tag: kind < 2 ? tag : undefined, reference: kind % 2 === 1, label, pc: 0 };
}

/**
 * What catches an exception that comes out of an instruction, in its function; undefined if nothing.
 *
 * @param pc byte offset of the instruction
 * @param isTag whether a tag index of the module is that of the exception
 */
export function handlerOf(
  module: Module,
  body: FunctionBody,
  pc: number,
  isTag: (index: number) => boolean,
): Handler | undefined {
  const around = constructsAround(module, body, pc);
  for (let level = around.length - 1; level >= 0; level--) {
    const construct = around[level]!;
    if (pc >= construct.protectedEnd) continue;
    const clause = construct.clauses.find(({ tag }) => tag === undefined || isTag(tag));
    if (clause !== undefined) {
      const gives = { values: clause.tag !== undefined, reference: clause.reference };
      const { label } = clause;
      return { gives, pc: label === undefined ? clause.pc : labelPc(around[level - 1 - label]) };
    }
    // The construct named is looked at next, and with it whether the instruction is protected there.
    if (construct.delegate !== undefined) level -= construct.delegate;
  }
  return undefined;
}

/** Where a branch to a construct's label goes. */
function labelPc(construct: Construct | undefined): number | undefined {
  return construct?.op === Op.loop ? construct.inside : construct?.behind;
}
