/**
 * How far into a memory accesses may reach, in globals of the instrumented module: the first address at
 * which there is no room for the span of a check. There are ten thousands of checks in a large module, and `memory.size` with what
 * makes bytes of it is three times as long in each, and some instructions more in machine code.
 *
 * Only the instance's own code keeps its globals up to date. JavaScript, a debugger, other instances and
 * other threads may make the memory larger as well. It never shrinks, so that a global holds too little
 * then: a check leaves for nothing, to a continuation that asks for the size itself, and the runtime sets
 * the globals right on the way (`DebugInstance.refreshMemoryLimits`).
 *
 * There are globals for several spans, each twice the one before, because a check whose code is there
 * already may have to be made wider: its global becomes another one.
 */
import type { ByteWriter } from '../../wasm/byte-writer.ts';
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeGlobalType } from '../../wasm/type-codec.ts';
import { I32, type ValType } from '../../wasm/types.ts';
import { type AddedGlobals, withSize } from './additions.ts';
import { LONG_SPANS, leastBytes, PAGE_LOG2 } from './bounds-check.ts';
import { CodeWriter } from './code.ts';
import type { CodeLimits } from './code-limits.ts';
import { PAGE } from './layout.ts';

/** Larger spans are those of arrays at fixed addresses: each is subtracted from the first global. */
const MOST_SPAN = 1 << 13;

/** The globals of one memory. */
export class MemoryLimit {
  /** Index of the first; the others follow. */
  readonly first: number;
  /** The span of the first, in bytes. */
  readonly leastSpan: number;
  /** Of each one, in bytes. */
  readonly spans: readonly number[];
  /** Length of the encodings of their indices, some of which may have to be padded. */
  readonly indexBytes: number;
  /** The least that the memory has, in bytes. */
  readonly #least: number;

  constructor(first: number, leastSpan: number, least: number) {
    this.first = first;
    this.leastSpan = leastSpan;
    this.#least = least;
    const spans = [leastSpan];
    while (spans.at(-1)! * 2 <= MOST_SPAN) spans.push(spans.at(-1)! * 2);
    this.spans = spans;
    this.indexBytes = Math.ceil((32 - Math.clz32((first + spans.length - 1) | 1)) / 7);
  }

  /** Whether there is a global for checks of so many bytes. */
  hasGlobal(span: number): boolean {
    return span <= this.spans.at(-1)!;
  }

  /** Whether checks of so many bytes can do with the globals: nothing may wrap. */
  reaches(span: number): boolean {
    return this.hasGlobal(span) || span <= Math.min(this.#least, LONG_SPANS.most);
  }

  /** The bytes that a check by the global for `span` is for. */
  covered(span: number): number {
    return this.spans[this.#number(span)]!;
  }

  /** Index of the global for checks of so many bytes. */
  global(span: number): number {
    return this.first + this.#number(span);
  }

  #number(span: number): number {
    let number = 0;
    while (this.spans[number]! < span) number++;
    return number;
  }
}

/** Results of the functions that set the globals of a memory: whether they were out of date. */
export const REFRESHER_RESULTS: readonly ValType[] = [I32];

export class MemoryLimits {
  readonly #limits = new Map<number, MemoryLimit>();
  /** Function indices, by memory. */
  readonly #refreshers = new Map<number, number>();

  /**
   * @param traps whether there are checks of bounds
   * @param globals get those of all memories
   * @param addFunction adds a function of {@link REFRESHER_RESULTS} to the module, of which it gets the
   *   entry of the code section; gives its index
   */
  constructor(
    module: Module,
    { leastSpan, memoryLimits }: CodeLimits,
    traps: boolean,
    globals: AddedGlobals,
    addFunction: (entry: Uint8Array) => number,
  ) {
    const hasChecks = traps && module.bodies.length > 0;
    if (!hasChecks || !memoryLimits || leastSpan === 0 || leastSpan > PAGE) return;
    module.memories.forEach(({ type: { limits } }, memory) => {
      const least = leastBytes(limits);
      // A size that cannot change is a constant.
      if (limits.address === 'i64' || limits.max === limits.min) return;
      const limit = new MemoryLimit(globals.next, leastSpan, least);
      for (const span of limit.spans)
        globals.add((out) => writeLimit(out, least === 0 ? 0 : least - span + 1));
      this.#limits.set(memory, limit);
      this.#refreshers.set(memory, addFunction(refresher(memory, limit)));
    });
  }

  /** Undefined: checks of the memory ask for its size. */
  of(memory: number): MemoryLimit | undefined {
    return this.#limits.get(memory);
  }

  /** Function index in the first module of what sets the globals of a memory, if it has some. */
  refresher(memory: number): number | undefined {
    return this.#refreshers.get(memory);
  }

  /** Of all memories that have some. */
  get refreshers(): readonly number[] {
    return [...this.#refreshers.values()];
  }
}

function writeLimit(out: ByteWriter, address: number): void {
  writeGlobalType(out, { value: I32, mutable: true });
  out.u8(Op.i32Const);
  out.s32(address);
  out.u8(Op.end);
}

/** An entry of the code section. With 32 bits, 2^32 bytes are 0, and less a span that is right. */
function refresher(memory: number, { first, spans }: MemoryLimit): Uint8Array {
  const out = new CodeWriter(memory);
  const pages = 0;
  const pushLimit = (span: number): void => {
    out.localGet(pages);
    out.i32Const(PAGE_LOG2);
    out.op(Op.i32Shl);
    out.i32Const(span - 1);
    out.op(Op.i32Sub);
    // There is no room in an empty memory.
    out.i32Const(0);
    out.localGet(pages);
    out.op(Op.select);
  };
  out.localTypes([I32]);
  out.op(Op.memorySize);
  out.u32(memory);
  out.localSet(pages);
  out.op(Op.globalGet);
  out.u32(first);
  pushLimit(spans[0]!);
  out.op(Op.i32Ne);
  spans.forEach((span, i) => {
    pushLimit(span);
    out.op(Op.globalSet);
    out.u32(first + i);
  });
  out.end();
  return withSize(out.take());
}

/** Behind a `memory.grow`: calls a function that sets globals, if there is one. */
export function callRefresher(refresher: number | undefined, out: ByteWriter): void {
  if (refresher === undefined) return;
  out.u8(Op.call);
  out.u32(refresher);
  out.u8(Op.drop);
}
