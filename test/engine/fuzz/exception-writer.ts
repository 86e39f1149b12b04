/** The part of the `wide` generator that writes exceptions: by the legacy proposal or by the new one. */
import type { Random } from '../random.ts';
import type { Type } from './expressions.ts';
import { WideStatementWriter } from './wide-statement-writer.ts';

/** The module's tags by name, with what they carry. */
export const TAGS: Readonly<Record<string, readonly Type[]>> = {
  none: [],
  one: ['i32'],
  many: ['f64', 'any', 'i64'],
};

export abstract class ExceptionWriter extends WideStatementWriter {
  /** V8 refuses modules that mix the two. */
  readonly #legacy: boolean;

  constructor(random: Random, legacy: boolean) {
    super(random);
    this.#legacy = legacy;
  }

  protected override statement(): void {
    if (!this.chance(12) || this.budget < 20) {
      super.statement();
      return;
    }
    if (this.chance(4)) this.#throw();
    else if (this.#legacy) this.#legacyTry();
    else this.#tryTable();
  }

  #tag(): string {
    return this.pick(Object.keys(TAGS));
  }

  /** Now and then; another function may catch it. */
  #throw(): void {
    this.expression('i32', 2);
    this.emit('if');
    this.labels.push({ types: [] });
    this.#throwNow();
    this.labels.pop();
    this.emit('end');
  }

  #throwNow(): void {
    const tag = this.#tag();
    for (const type of TAGS[tag]!) this.expression(type, 1);
    this.emit(`throw $${tag}`);
  }

  /** What may throw: calls most of all. */
  #body(): void {
    this.statements(1 + this.random.below(2));
    if (this.chance(2)) this.#throw();
    const types = this.types(2);
    this.call(types, 1);
    for (const _ of types) this.emit('drop');
  }

  #tryTable(): void {
    const tag = this.#tag();
    const kind = this.pick(['catch', 'catch_ref', 'catch_all', 'catch_all_ref'] as const);
    const carried: Type[] = kind.startsWith('catch_all') ? [] : [...TAGS[tag]!];
    if (kind.endsWith('_ref')) carried.push('exn');
    const results = this.types(2);
    this.emit(`block ${this.resultText(carried)}`);
    this.labels.push({ types: carried });
    const clause = kind.startsWith('catch_all') ? `(${kind} 0)` : `(${kind} $${tag} 0)`;
    // A clause before it, whose label is the function's: it must carry what that returns.
    this.emit(`try_table ${this.resultText(results)} ${clause}`);
    this.labels.push({ types: results });
    this.#body();
    for (const type of results) this.expression(type, 1);
    this.labels.pop();
    this.emit('end');
    for (const _ of results) this.emit('drop');
    for (const type of carried) this.expression(type, 1);
    this.labels.pop();
    this.emit('end');
    if (carried.at(-1) === 'exn') {
      this.emit(`local.set ${this.local('exn')}`);
      if (this.chance(3)) {
        this.expression('i32', 1);
        this.emit('if', `local.get ${this.local('exn')}`, 'throw_ref', 'end');
      }
      carried.pop();
    }
    this.#take(carried);
  }

  #take(types: readonly Type[]): void {
    for (const type of [...types].reverse()) {
      this.emit(this.chance(2) ? 'drop' : `local.set ${this.local(type)}`);
    }
  }

  #legacyTry(): void {
    const results = this.types(2);
    this.emit(`try ${this.resultText(results)}`);
    this.labels.push({ types: results });
    this.#body();
    for (const type of results) this.expression(type, 1);
    if (this.chance(4)) {
      this.labels.pop();
      // To a construct around it, or out of the function.
      this.emit(`delegate ${this.random.below(this.labels.length)}`);
    } else {
      this.#handlers(results);
      this.labels.pop();
      this.emit('end');
    }
    this.#take(results);
  }

  #handlers(results: readonly Type[]): void {
    const tags = Object.keys(TAGS).filter(() => this.chance(2));
    for (const tag of tags) {
      this.emit(`catch $${tag}`);
      this.#take(TAGS[tag]!);
      this.#handler(results);
    }
    if (tags.length > 0 && this.chance(2)) return;
    this.emit('catch_all');
    this.#handler(results);
  }

  #handler(results: readonly Type[]): void {
    this.statements(this.random.below(2));
    if (this.chance(3)) {
      this.expression('i32', 1);
      this.emit('if', 'rethrow 1', 'end');
    }
    for (const type of results) this.expression(type, 1);
  }
}
