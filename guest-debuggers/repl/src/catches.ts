/** Which traps and exceptions stop the program. */

import type { WasmException } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import type { Program } from './program.ts';

/** A tag that was asked for, of one instance. */
export interface CaughtTag {
  readonly id: bigint;
  /** As it is shown. */
  readonly label: string;
}

export class Catches {
  traps = true;
  exceptions: 'all' | 'none' | 'tags' = 'all';
  /** With `tags`: by unique id. */
  readonly tags = new Map<bigint, CaughtTag>();
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  stopsAt(exception: WasmException): boolean {
    if (this.exceptions !== 'tags') return this.exceptions === 'all';
    const tag = exception.getTag(this.#program.d);
    const stops = this.tags.has(tag.uniqueId());
    tag[Symbol.dispose]();
    return stops;
  }
}
