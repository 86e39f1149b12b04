/** The handles of a local debuggee: numbers for entities, one for each, whatever the kind. */
import { DebuggeeTrap, type FrameHandle, type Handle } from './opaque-debugger.ts';

/** Source of handle numbers for all kinds together, so that no two entities share one. */
export class HandleNumbers {
  #next = 1;

  take(): number {
    return this.#next++;
  }
}

/**
 * The entities of one kind. One that nobody holds any longer is let go, so that the program alone
 * decides how long it lives; while it lives it keeps its number, because a debugger may have kept
 * that as its `unique-id`.
 */
export class HandleTable<K extends string, T> {
  readonly #kind: K;
  readonly #numbers: HandleNumbers;
  readonly #key: (entity: T) => object;
  readonly #byKey = new WeakMap<object, number>();
  readonly #held = new Map<number, T>();

  /** @param key what two values for the same entity have in common: an object that lives as long */
  constructor(kind: K, numbers: HandleNumbers, key: (entity: T) => object) {
    this.#kind = kind;
    this.#numbers = numbers;
    this.#key = key;
  }

  /** Number of handles that have been given out and not released. */
  get size(): number {
    return this.#held.size;
  }

  of(entity: T): Handle<K> {
    const key = this.#key(entity);
    let number = this.#byKey.get(key);
    if (number === undefined) {
      number = this.#numbers.take();
      this.#byKey.set(key, number);
    }
    if (!this.#held.has(number)) this.#held.set(number, entity);
    return number as Handle<K>;
  }

  /** @throws DebuggeeTrap if there is no such entity: the handle is another debuggee's, or released */
  get(handle: Handle<K>): T {
    const entity = this.#held.get(handle);
    if (entity === undefined) {
      throw new DebuggeeTrap(`no ${this.#kind} has the handle ${handle} in this debuggee`);
    }
    return entity;
  }

  /** True if it was one of these. */
  release(handle: Handle<string>): boolean {
    return this.#held.delete(handle);
  }
}

/** Where a frame is in the engine's activations. */
export interface FramePlace {
  readonly activation: number;
  readonly index: number;
}

/** The frames of one pause: every resumption makes new ones, under new numbers. */
export class FrameHandles {
  readonly #numbers: HandleNumbers;
  readonly #byPlace = new Map<string, FrameHandle>();
  readonly #held = new Map<number, FramePlace>();

  constructor(numbers: HandleNumbers) {
    this.#numbers = numbers;
  }

  get size(): number {
    return this.#held.size;
  }

  of(place: FramePlace): FrameHandle {
    const key = `${place.activation}:${place.index}`;
    let handle = this.#byPlace.get(key);
    if (handle === undefined) {
      handle = this.#numbers.take() as FrameHandle;
      this.#byPlace.set(key, handle);
    }
    this.#held.set(handle, place);
    return handle;
  }

  find(handle: FrameHandle): FramePlace | undefined {
    return this.#held.get(handle);
  }

  release(handle: Handle<string>): boolean {
    return this.#held.delete(handle);
  }

  clear(): void {
    this.#byPlace.clear();
    this.#held.clear();
  }
}
