/**
 * Emits legacy exception handling as `try_table`:
 *
 *     block $end (result r)                     the label of the `try`
 *       block $h1 (result p1... exnref)
 *         block $h0 (result p0... exnref)
 *           try_table (result r) (catch_ref t0 $h0) (catch_ref t1 $h1)   ...body...   end
 *           br $end
 *         end
 *         keep the exception; ...first handler...; br $end
 *       end
 *       keep the exception; ...second handler...
 *     end
 *
 * A `delegate` hands what its body throws to the handlers of another construct around it: that one
 * has, right inside, a block to which the exception goes and behind which it is thrown again.
 *
 *     block $pad (result exnref)   ...the arm's instructions...   br out   end
 *     throw_ref
 */
import { blockSignature } from '../../wasm/block-type.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import { functionType } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { EXNREF } from '../../wasm/types.ts';
import type { Construct } from './construct.ts';
import { CATCH_ALL_REF, CATCH_REF, handlersAround, type LegacyTry } from './legacy-shape.ts';
import type { VersionWriter } from './version-writer.ts';

export class LegacyTries {
  readonly #code: VersionWriter;
  /** Handlers begun so far. */
  #begun: Map<Construct, number> | undefined;

  constructor(code: VersionWriter) {
    this.#code = code;
  }

  /** `try`; its parameters are on the stack, and everything below is settled. */
  open(reader: InstructionReader, params: number): void {
    const code = this.#code;
    const { walker, plan } = code;
    const shape = plan.legacy.tries.get(reader.pc)!;
    if (shape.delegate !== undefined) {
      const target = walker.constructs.find(({ pc }) => pc === shape.delegate)!;
      code.blocks.openDelegating(reader.blockType, target);
      walker.apply(reader);
      code.labels.push({ construct: walker.innermost, role: 'plain' });
    } else {
      // Blocks without parameters are simpler to nest: these are put back inside.
      this.#withoutOperands(params, () => {
        walker.apply(reader);
        this.#openArms(walker.innermost, shape);
      });
    }
    this.openPad(walker.innermost);
  }

  /** The same for a `try` in whose body a continuation begins. */
  reopen(construct: Construct): void {
    const { plan, walker } = this.#code;
    const shape = plan.legacy.tries.get(construct.pc)!;
    if (shape.delegate !== undefined) {
      const target = walker.constructs.find(({ pc }) => pc === shape.delegate)!;
      this.#code.blocks.openDelegating(construct.results, target);
      this.#code.labels.push({ construct, role: 'arm' });
    } else {
      this.#openArms(construct, shape);
    }
  }

  /** Whether the handlers of a `try` are here, or left out because they cannot be entered. */
  hasHandlersOf(construct: Construct): boolean {
    return this.#code.labels.of(construct)?.role === 'try';
  }

  /** `catch` or `catch_all`: ends the arm before it. */
  startHandler(reader: InstructionReader): void {
    const code = this.#code;
    const { walker, out } = code;
    const construct = walker.innermost;
    this.closePad(construct);
    if (!this.hasHandlersOf(construct)) {
      // A continuation began in the handler before: this one cannot be entered.
      walker.apply(reader);
      return;
    }
    this.#begun ??= new Map();
    const begun = this.#begun.get(construct) ?? 0;
    this.#begun.set(construct, begun + 1);
    if (begun === 0) code.blocks.close(); // the try_table
    if (walker.reachable) out.br(code.labels.depthOf(construct));
    else if (begun === 0) out.op(Op.unreachable);
    code.blocks.close(); // this handler's block
    const inside = handlersAround(walker.constructs, walker.constructs.length - 1);
    code.frame.keepCaught(inside);
    walker.apply(reader);
    code.calls.takeBack();
    code.exits.check(reader.next);
    this.openPad(construct);
  }

  /** Before a loop that some `delegate` names: a label behind it, for what falls out of its pad. */
  openLoopExit(reader: InstructionReader, params: number): void {
    const code = this.#code;
    const { legacy, module } = code.plan;
    if (!legacy.delegated.has(reader.pc)) return;
    const { results } = blockSignature(module, reader.blockType);
    this.#withoutOperands(params, () =>
      code.blocks.open(results, { construct: undefined, role: 'loop-exit' }),
    );
  }

  /** After the `end` of a loop. */
  closeLoopExit(loop: Construct): void {
    if (this.#code.plan.legacy.delegated.has(loop.pc)) this.#code.blocks.close();
  }

  /** An arm begins; if some `delegate` names its construct, opens the pad for that. */
  openPad(construct: Construct): void {
    const code = this.#code;
    if (!code.plan.legacy.delegated.has(construct.pc)) return;
    const params = code.walker.operands.height - construct.height;
    this.#withoutOperands(params, () => code.blocks.open([EXNREF], { construct, role: 'pad' }));
  }

  /** The same where a continuation begins in an arm, whose operands it has not pushed yet. */
  openEmptyPad(construct: Construct): void {
    const code = this.#code;
    if (!code.plan.legacy.delegated.has(construct.pc)) return;
    code.blocks.open([EXNREF], { construct, role: 'pad' });
  }

  /** The arm ends. */
  closePad(construct: Construct): void {
    const code = this.#code;
    const { out, walker, labels } = code;
    if (labels.innermost.role !== 'pad') return;
    if (walker.reachable) {
      if (construct.kind === 'function') out.op(Op.return);
      else if (construct.kind === 'loop') out.br(code.labels.loopExitDepth);
      else out.br(code.labels.depthOf(construct));
    } else {
      out.op(Op.unreachable);
    }
    code.blocks.close();
    out.op(Op.throwRef);
  }

  #openArms(construct: Construct, { tags }: LegacyTry): void {
    const code = this.#code;
    const { module } = code.plan;
    code.blocks.open(construct.results, { construct, role: 'try' });
    for (const tag of [...tags].reverse()) {
      const params = tag < 0 ? [] : functionType(module, module.tags[tag]!.type.typeIndex).params;
      code.blocks.open([...params, EXNREF], { construct: undefined, role: 'handler' });
    }
    if (tags.length === 0) return;
    code.blocks.openProtected(
      construct.results,
      tags.map((tag, label) => ({ kind: tag < 0 ? CATCH_ALL_REF : CATCH_REF, tag, label })),
    );
  }

  /** Takes the top operands off the stack while something is opened, and puts them back inside. */
  #withoutOperands(count: number, open: () => void): void {
    const { frame, out, walker } = this.#code;
    const { operands } = walker;
    if (count === 0) {
      open();
      return;
    }
    frame.houseOperands(operands);
    const { height } = operands;
    for (let i = 0; i < count; i++) out.op(Op.drop);
    const kept = operands.clone();
    open();
    frame.pushOperands(kept, height - count, height);
  }
}
