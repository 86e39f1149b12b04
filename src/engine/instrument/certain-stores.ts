/**
 * Where ways part, which locals every one of them stores: all have a call, before which what has changed
 * is stored, and nothing writes the local before that. One store ahead of the branch is enough for such
 * a local then, in place of one on each way; and none of the ways stores more than it would have.
 *
 * Notes what matters of a body in its order, then follows that from the end: where code goes on is known
 * when the place is come to that goes there. Only of a loop's header it is not, and nothing is taken for
 * certain there.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { IntList } from './int-list.ts';
import { isCall } from './loop-effects.ts';

/** What is noted; each has its operands before it, so that it can be read backward. */
const WRITE = 0; // local
const CALL = 1;
const OPEN = 2;
const OPEN_IF = 3; // pc
const ELSE = 4;
const CLOSE = 5;
const CLOSE_LOOP = 6;
const BRANCH = 7; // label
const PART = 8; // pc, label
const PART_TABLE = 9; // pc, labels, how many
const RETURN = 10;
const TRAP = 11;

/** With more locals, to follow them all would take long, and few of them are stored anywhere. */
const MOST_LOCALS = 1024;
const ALL = -1;

/** Sets of locals: numbers of 32 bits, `words` of them for each, one set behind the other. */
export class CertainStores {
  static readonly NONE = new CertainStores(0, new Map(), []);
  readonly #words: number;
  /** By the pc of an instruction: where its set begins. Those with empty ones are not here. */
  readonly #starts: ReadonlyMap<number, number>;
  readonly #sets: readonly number[];

  constructor(words: number, starts: ReadonlyMap<number, number>, sets: readonly number[]) {
    this.#words = words;
    this.#starts = starts;
    this.#sets = sets;
  }

  /** Whether a local, which has the set at `start`, is in it. */
  has(start: number, local: number): boolean {
    return ((this.#sets[start + (local >>> 5)]! >>> (local & 31)) & 1) === 1;
  }

  /** None of the 32 locals from `32 * word` on is in the set at `start`. */
  hasNone(start: number, word: number): boolean {
    return this.#sets[start + word] === 0;
  }

  /** Where the set for the branch or `if` at a pc begins; undefined: there is nothing in it. */
  at(pc: number): number | undefined {
    return this.#words === 0 ? undefined : this.#starts.get(pc);
  }
}

/** Of the function that is being read. */
const events = new IntList();

export class CertainStoresScan {
  readonly #words: number;
  #parts = 0;
  #calls = 0;

  /** @param locals number of the function's */
  constructor(locals: number) {
    this.#words = locals > MOST_LOCALS ? 0 : (locals + 31) >>> 5;
    events.clear();
  }

  /**
   * Before an instruction that can be reached.
   *
   * @param storesNothing it is a call without checks
   */
  note({ op, pc, index, labels }: InstructionReader, storesNothing: boolean): void {
    switch (op) {
      case Op.localSet:
      case Op.localTee:
        note(index, WRITE);
        return;
      case Op.br:
        note(index, BRANCH);
        return;
      case Op.brIf:
      case Op.brOnNull:
      case Op.brOnNonNull:
      case Op.brOnCast:
      case Op.brOnCastFail:
        events.add(pc);
        note(index, PART);
        this.#parts++;
        return;
      case Op.brTable:
        events.add(pc);
        for (const label of labels) events.add(label);
        note(labels.length, PART_TABLE);
        this.#parts++;
        return;
      case Op.return:
      case Op.returnCall:
      case Op.returnCallIndirect:
      case Op.returnCallRef:
        events.add(RETURN);
        return;
      case Op.unreachable:
      case Op.throw:
      case Op.throwRef:
      case Op.rethrow:
        events.add(TRAP);
        return;
      default:
        if (!isCall(op) || storesNothing) return;
        events.add(CALL);
        this.#calls++;
    }
  }

  /** A construct has been opened. */
  open({ op, pc }: InstructionReader): void {
    if (op === Op.if) {
      note(pc, OPEN_IF);
      this.#parts++;
    } else events.add(OPEN);
  }

  /** The `else` of an open construct. */
  else(): void {
    events.add(ELSE);
  }

  /** A construct has been closed. */
  close(isLoop: boolean): void {
    events.add(isLoop ? CLOSE_LOOP : CLOSE);
  }

  /** The whole body has been noted. */
  find(): CertainStores {
    // Nothing is stored twice.
    if (this.#parts === 0 || this.#calls < 2 || this.#words === 0) return CertainStores.NONE;
    return new BackwardWalk(this.#words).run();
  }
}

function note(operand: number, event: number): void {
  events.add(operand);
  events.add(event);
}

class BackwardWalk {
  readonly #words: number;
  /** The set at the present place. */
  readonly #set: number[] = [];
  /** By level: the set where branches to its label go, and that at the start of its `else`. */
  readonly #labels: number[][] = [];
  readonly #elses: (number[] | undefined)[] = [];
  readonly #starts = new Map<number, number>();
  readonly #sets: number[] = [];

  constructor(words: number) {
    this.#words = words;
    this.#fill(0);
    this.#enter(false);
  }

  run(): CertainStores {
    const set = this.#set;
    let at = events.count;
    while (at > 0) {
      switch (events.at(--at)) {
        case WRITE: {
          const local = events.at(--at);
          set[local >>> 5]! &= ~(1 << (local & 31));
          break;
        }
        case CALL:
        case TRAP:
          this.#fill(ALL);
          break;
        case RETURN:
          this.#fill(0);
          break;
        case CLOSE:
          this.#enter(false);
          break;
        case CLOSE_LOOP:
          this.#enter(true);
          break;
        case ELSE:
          this.#elses[this.#elses.length - 1] = set.slice();
          this.#take(this.#label(0));
          break;
        case OPEN:
          this.#labels.pop();
          this.#elses.pop();
          break;
        case OPEN_IF: {
          const label = this.#labels.pop()!;
          this.#meet(this.#elses.pop() ?? label);
          this.#found(events.at(--at));
          break;
        }
        case BRANCH:
          this.#take(this.#label(events.at(--at)));
          break;
        case PART:
          this.#meet(this.#label(events.at(--at)));
          this.#found(events.at(--at));
          break;
        case PART_TABLE: {
          this.#fill(ALL);
          for (let count = events.at(--at); count > 0; count--) {
            this.#meet(this.#label(events.at(--at)));
          }
          this.#found(events.at(--at));
        }
      }
    }
    return new CertainStores(this.#words, this.#starts, this.#sets);
  }

  #enter(isLoop: boolean): void {
    this.#labels.push(isLoop ? new Array<number>(this.#words).fill(0) : this.#set.slice());
    this.#elses.push(undefined);
  }

  #label(depth: number): readonly number[] {
    return this.#labels[this.#labels.length - 1 - depth]!;
  }

  #fill(word: number): void {
    for (let i = 0; i < this.#words; i++) this.#set[i] = word;
  }

  #take(other: readonly number[]): void {
    for (let i = 0; i < this.#words; i++) this.#set[i] = other[i]!;
  }

  #meet(other: readonly number[]): void {
    for (let i = 0; i < this.#words; i++) this.#set[i]! &= other[i]!;
  }

  #found(pc: number): void {
    if (this.#set.every((word) => word === 0)) return;
    this.#starts.set(pc, this.#sets.length);
    for (const word of this.#set) this.#sets.push(word);
  }
}
