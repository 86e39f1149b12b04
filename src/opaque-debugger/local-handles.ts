/** The handles of a local debuggee: numbers for entities, one for each, whatever the kind. */
import { DebuggeeTrap, type Handle } from './opaque-debugger.ts';

/** Source of handle numbers for all kinds together, so that no two entities share one. */
export class HandleNumbers {
  #next = 1;

  take(): number {
    return this.#next++;
  }
}

export class HandleTable<K extends string, T> {
  readonly #kind: K;
  readonly #numbers: HandleNumbers;
  readonly #key: (entity: T) => unknown;
  readonly #byKey = new Map<unknown, number>();
  readonly #byNumber = new Map<number, T>();

  /** @param key what two values for the same entity have in common */
  constructor(kind: K, numbers: HandleNumbers, key: (entity: T) => unknown) {
    this.#kind = kind;
    this.#numbers = numbers;
    this.#key = key;
  }

  of(entity: T): Handle<K> {
    const key = this.#key(entity);
    let number = this.#byKey.get(key);
    if (number === undefined) {
      number = this.#numbers.take();
      this.#byKey.set(key, number);
      this.#byNumber.set(number, entity);
    }
    return number as Handle<K>;
  }

  find(handle: Handle<K>): T | undefined {
    return this.#byNumber.get(handle);
  }

  /** @throws DebuggeeTrap if there is no such entity: the handle is another debuggee's, or released */
  get(handle: Handle<K>): T {
    const entity = this.#byNumber.get(handle);
    if (entity === undefined) {
      throw new DebuggeeTrap(`no ${this.#kind} has the handle ${handle} in this debuggee`);
    }
    return entity;
  }

  release(handle: Handle<string>): void {
    const entity = this.#byNumber.get(handle);
    if (entity === undefined) return;
    this.#byNumber.delete(handle);
    this.#byKey.delete(this.#key(entity));
  }

  clear(): void {
    this.#byKey.clear();
    this.#byNumber.clear();
  }
}
