/** Emits the access to one place of a frame: in the debug memory, or in an array of references. */
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import { I32, type NumType, type ValType } from '../../wasm/types.ts';
import type { CodeWriter, ScratchLocals } from './code.ts';
import { FRAME_POINTER, STACK } from './layout.ts';
import type { FunctionPlan } from './plan.ts';
import { pushReferences, type ReferencePlace } from './reference-place.ts';
import { type Hierarchy, hierarchyOf, isBottom, isTop, REFERENCE_SIZE, TOP } from './references.ts';
import { sizeOfNumber } from './run-stores.ts';
import type { EmitTarget } from './target.ts';

export class FrameSlots {
  readonly #plan: FunctionPlan;
  readonly #out: CodeWriter;
  readonly #scratch: ScratchLocals;
  readonly #target: EmitTarget;
  #seldom = false;
  /** The scratch locals are set where exits come to. */
  #settled = false;
  /** Whether the scratch local with the index of the frame is set. */
  #index: 'none' | 'expected' | 'set' = 'none';

  constructor(plan: FunctionPlan, out: CodeWriter, scratch: ScratchLocals, target: EmitTarget) {
    this.#plan = plan;
    this.#out = out;
    this.#scratch = scratch;
    this.#target = target;
  }

  /**
   * Sets the scratch locals that the accesses need from the frame pointer in the debug memory.
   *
   * @param seldom there will hardly be any: each gets the frame pointer from there, where it stays
   *   while nothing is called, and none keeps a register
   */
  begin(seldom: boolean): void {
    this.#seldom = seldom;
    if (seldom) return;
    this.#loadFramePointer();
    this.#out.localSet(this.#scratch.framePointer);
  }

  /** There will be many accesses now. */
  settle(): void {
    this.expectReferences();
    if (!this.#seldom && !this.#settled) return;
    this.#settled = true;
    this.begin(false);
  }

  /** Until the next label there may be several references, whose places are counted from one number. */
  expectReferences(): void {
    this.#index = 'expected';
  }

  /** What is set by now stays set: this is where every way comes by. */
  endReferences(): void {
    if (this.#index === 'expected') this.#index = 'none';
  }

  #loadFramePointer(): void {
    this.#out.i32Const(0);
    this.#out.load(I32, FRAME_POINTER);
  }

  #pushBase(): void {
    if (this.#seldom) this.#loadFramePointer();
    else this.#out.localGet(this.#scratch.framePointer);
  }

  /** Pushes the value at an offset of the frame; a non-nullable type may be null there. */
  load(type: ValType, offset: number): void {
    const out = this.#out;
    if (type.kind !== 'ref') {
      this.#pushBase();
      out.load(type, offset);
    } else if (isBottom(type)) {
      out.op(Op.refNull);
      writeHeapType(out, type.heap);
    } else {
      const place = this.#target.references(hierarchyOf(this.#plan.module, type));
      this.#element(place, offset);
      out.op(Op.arrayGet);
      out.u32(place.array);
      if (isTop(type)) return;
      out.op(Op.refCastNull);
      writeHeapType(out, type.heap);
    }
  }

  /** Stores what `push` pushes. */
  store(type: ValType, offset: number, push: () => void): void {
    const out = this.#out;
    if (type.kind !== 'ref') {
      this.#pushBase();
      push();
      out.store(type, offset);
      return;
    }
    // Nothing to store: such a slot is read as null.
    if (isBottom(type)) return;
    const place = this.#target.references(hierarchyOf(this.#plan.module, type));
    this.#element(place, offset);
    push();
    out.op(Op.arraySet);
    out.u32(place.array);
  }

  /** Stores a local, by its index in the emitted function. */
  storeLocal(type: ValType, offset: number, local: number): void {
    const out = this.#out;
    if (type.kind !== 'ref') {
      this.#pushBase();
      out.localGet(local);
      out.store(type, offset);
    } else {
      this.store(type, offset, () => out.localGet(local));
    }
  }

  /** Stores locals whose places are next to each other, by their indices in the emitted function. */
  storeRun(type: NumType, offset: number, locals: readonly number[]): void {
    const out = this.#out;
    const store = this.#target.runStore(type, locals.length);
    if (store === undefined) {
      locals.forEach((local, i) => {
        this.storeLocal(type, offset + i * sizeOfNumber(type), local);
      });
      return;
    }
    this.#pushBase();
    if (offset !== 0) {
      out.i32Const(offset);
      out.op(Op.i32Add);
    }
    for (const local of locals) out.localGet(local);
    out.op(Op.call);
    out.u32(store);
  }

  /** Fills places, `start` to `end` (byte offsets), with zeros and null: those of these types. */
  clear(types: readonly ValType[], start: number, end: number): void {
    const out = this.#out;
    if (types.some(({ kind }) => kind !== 'ref')) {
      this.#pushBase();
      out.i32Const(start);
      out.op(Op.i32Add);
      out.i32Const(0);
      out.i32Const(end - start);
      out.op(Op.memoryFill);
      out.u32(this.#target.debugMemory);
    }
    const hierarchies = new Set<Hierarchy>();
    for (const type of types) {
      if (type.kind === 'ref' && !isBottom(type)) {
        hierarchies.add(hierarchyOf(this.#plan.module, type));
      }
    }
    const first = Math.floor(start / REFERENCE_SIZE);
    for (const hierarchy of hierarchies) {
      const place = this.#target.references(hierarchy);
      this.#element(place, first * REFERENCE_SIZE);
      out.op(Op.refNull);
      writeHeapType(out, TOP[hierarchy].heap);
      out.i32Const(Math.ceil(end / REFERENCE_SIZE) - first);
      out.op(Op.arrayFill);
      out.u32(place.array);
    }
  }

  /** Pushes the index of the frame in the arrays: kept only where it is needed at once. */
  #pushIndex(): void {
    const out = this.#out;
    const { referenceIndex } = this.#scratch;
    if (this.#index === 'set') {
      out.localGet(referenceIndex);
      return;
    }
    this.#pushBase();
    out.i32Const(STACK);
    out.op(Op.i32Sub);
    out.i32Const(REFERENCE_SIZE);
    out.op(Op.i32DivU);
    if (this.#index === 'none') return;
    out.localTee(referenceIndex);
    this.#index = 'set';
  }

  #element(place: ReferencePlace, offset: number): void {
    const out = this.#out;
    pushReferences(out, place);
    this.#pushIndex();
    if (offset !== 0) {
      out.i32Const(offset / REFERENCE_SIZE);
      out.op(Op.i32Add);
    }
  }
}
