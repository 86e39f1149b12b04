/** The labels that are open in the emitted code: more than the original has, and some for others. */
import { type Construct, NO_LABEL } from './construct.ts';

/** A label of the emitted code. */
export interface Label {
  /** The construct of the original whose branches go to this label, if any. */
  readonly construct: Construct | undefined;
  readonly role:
    | 'cold'
    | 'plain'
    // The remainder of an arm that a continuation began in.
    | 'arm'
    | 'loop-exit'
    | 'loop-again'
    // The rounds of a counted loop between two checks.
    | 'chunk'
    // Of a legacy `try`: the whole, the protected body, a block that ends where a handler begins.
    | 'try'
    | 'protected'
    | 'handler'
    // Where what a `delegate` hands over arrives.
    | 'pad';
}

/** Depths are label indices as they are in a branch: 0 is the innermost. */
export class Labels {
  readonly #open: Label[] = [];

  get innermost(): Label {
    return this.#open.at(-1)!;
  }

  get count(): number {
    return this.#open.length;
  }

  push(label: Label): void {
    const { construct, role } = label;
    if (construct !== undefined && role !== 'pad') construct.label = this.#open.length;
    this.#open.push(label);
  }

  pop(): void {
    const { construct, role } = this.#open.pop()!;
    if (construct !== undefined && role !== 'pad') construct.label = NO_LABEL;
  }

  /** The label of a construct, if it has one here. */
  of(construct: Construct): Label | undefined {
    return construct.label === NO_LABEL ? undefined : this.#open[construct.label];
  }

  /** Depth of the label that the original's branches to `construct` mean. */
  depthOf(construct: Construct): number {
    if (construct.label === NO_LABEL) throw new Error('a branch out of the function');
    return this.#depth(construct.label);
  }

  /** Depth of the label of the cold block with a number: they are the outermost. */
  coldDepth(number: number): number {
    return this.#depth(number);
  }

  /** Depth of the innermost label behind a loop. */
  get loopExitDepth(): number {
    return this.#depth(this.#open.findLastIndex(({ role }) => role === 'loop-exit'));
  }

  /** Depth of the pad of a construct that a `delegate` names. */
  padDepth(of: Construct): number {
    return this.#depth(
      this.#open.findLastIndex(({ construct, role }) => construct === of && role === 'pad'),
    );
  }

  #depth(index: number): number {
    return this.#open.length - 1 - index;
  }
}
