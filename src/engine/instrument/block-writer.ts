/** Opens and closes the blocks and `try_table`s of the emitted code, and keeps track of its labels. */
import { type BlockType, EMPTY_BLOCK_TYPE } from '../../wasm/block-type.ts';
import type { CatchClause } from '../../wasm/catch-clauses.ts';
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeValType } from '../../wasm/type-codec.ts';
import type { ValType } from '../../wasm/types.ts';
import type { CodeWriter } from './code.ts';
import type { Construct } from './construct.ts';
import { type Label, Labels } from './labels.ts';
import { CATCH_ALL_REF } from './legacy-shape.ts';
import type { FunctionPlan } from './plan.ts';
import type { EmitTarget } from './target.ts';

export class BlockWriter {
  readonly labels: Labels = new Labels();
  readonly #plan: FunctionPlan;
  readonly #target: EmitTarget;
  readonly #out: CodeWriter;

  constructor(plan: FunctionPlan, target: EmitTarget, out: CodeWriter) {
    this.#plan = plan;
    this.#target = target;
    this.#out = out;
  }

  /** Opens a `block` without parameters. */
  open(results: readonly ValType[], label: Label): void {
    this.#out.u8(Op.block);
    this.#resultType(results);
    this.labels.push(label);
  }

  close(): void {
    this.#out.end();
    this.labels.pop();
  }

  /**
   * Writes the `try_table` just read, without the label that it opens.
   *
   * @param target the construct of each of its clauses' labels
   */
  openTryTable(reader: InstructionReader, target: (label: number) => Construct): void {
    this.#tryTable();
    this.#blockType(reader.blockType);
    this.#clauses(reader.catches, (label) => this.labels.depthOf(target(label)));
  }

  /**
   * Opens the `try_table` that begins at a construct's pc again, for the remainder of its body: it
   * has no parameters here.
   *
   * @param outer the constructs around it, outermost first
   */
  reopenTryTable(construct: Construct, outer: readonly Construct[]): void {
    const { module, body } = this.#plan;
    const reader = new InstructionReader(module.bytes, construct.pc, body.end);
    reader.read();
    this.#tryTable();
    this.#resultType(construct.results);
    this.#clauses(reader.catches, (label) => this.labels.depthOf(outer[outer.length - 1 - label]!));
    this.labels.push({ construct, role: 'arm' });
  }

  /** Opens a `try_table` with the given clauses, their labels counted as emitted. */
  openProtected(results: readonly ValType[], clauses: readonly CatchClause[]): void {
    this.#tryTable();
    this.#resultType(results);
    this.#clauses(clauses, (label) => label);
    this.labels.push({ construct: undefined, role: 'protected' });
  }

  /** Writes a `try_table` that hands every exception to the pad in `target`, without its label. */
  openDelegating(type: BlockType | readonly ValType[], target: Construct): void {
    const out = this.#out;
    this.#tryTable();
    if ('kind' in type) this.#blockType(type);
    else this.#resultType(type);
    out.u32(1);
    out.u8(CATCH_ALL_REF);
    out.u32(this.labels.padDepth(target));
  }

  #tryTable(): void {
    this.#target.protects();
    this.#out.op(Op.tryTable);
  }

  /** @param depth of each clause's label, counted from outside the `try_table` */
  #clauses(catches: readonly CatchClause[], depth: (label: number) => number): void {
    const out = this.#out;
    out.u32(catches.length);
    for (const { kind, tag, label } of catches) {
      out.u8(kind);
      if (tag >= 0) out.u32(this.#target.tag(tag));
      out.u32(depth(label));
    }
  }

  #resultType(results: readonly ValType[]): void {
    const out = this.#out;
    if (results.length === 0) out.u8(EMPTY_BLOCK_TYPE);
    else if (results.length === 1) writeValType(out, results[0]!);
    else out.s33(this.#target.resultsType(results));
  }

  /** The original's types are here, at the same indices. */
  #blockType(type: BlockType): void {
    const out = this.#out;
    if (type.kind === 'empty') out.u8(EMPTY_BLOCK_TYPE);
    else if (type.kind === 'value') writeValType(out, type.type);
    else out.s33(type.typeIndex);
  }
}
