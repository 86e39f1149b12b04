/** A script of the test suite as a list of commands, its modules assembled. */
import { readFileSync } from 'node:fs';
import {
  describeModule,
  fields,
  head,
  type List,
  moduleBytes,
  parseSexprs,
  type Sexpr,
} from '../support/wast.ts';
import { HostReferences, Literals, type Pattern, type Value } from './values.ts';

/** What is called or read; `instance` is undefined for the current instance. */
export interface Action {
  readonly kind: 'invoke' | 'get';
  readonly instance: string | undefined;
  readonly field: string;
  readonly args: readonly Value[];
}

/** How a module may fail to come to be. */
export type Rejection = 'malformed' | 'invalid' | 'unlinkable' | 'trap';

export type Command = { readonly line: number } & (
  | {
      readonly kind: 'module';
      readonly name: string | undefined;
      readonly bytes: Uint8Array;
      /** False for `(module definition ...)`. */
      readonly instantiate: boolean;
    }
  | {
      readonly kind: 'instance';
      readonly name: string | undefined;
      readonly module: string | undefined;
    }
  | { readonly kind: 'register'; readonly as: string; readonly instance: string | undefined }
  | { readonly kind: 'action'; readonly action: Action }
  | {
      readonly kind: 'assert_return';
      readonly action: Action;
      readonly expected: readonly Pattern[];
    }
  | {
      readonly kind: 'assert_trap' | 'assert_exhaustion' | 'assert_exception';
      readonly action: Action;
    }
  | {
      readonly kind: 'assert_rejected';
      readonly how: Rejection;
      readonly bytes: Uint8Array;
    }
);

export interface Script {
  readonly commands: readonly Command[];
  /** The host references that arguments hold. */
  readonly host: HostReferences;
  /** Assertions about texts that no assembler takes: nothing is left for an engine to reject. */
  readonly textOnly: number;
}

const rejections: Readonly<Record<string, Rejection>> = {
  assert_malformed: 'malformed',
  assert_malformed_custom: 'malformed',
  assert_invalid: 'invalid',
  assert_invalid_custom: 'invalid',
  assert_unlinkable: 'unlinkable',
  assert_trap: 'trap',
  assert_uninstantiable: 'trap',
};

/**
 * Reads a script.
 *
 * @throws Error for a command that is not known, and for a module without expectation that the
 *   assembler does not take
 */
export async function loadScript(path: string): Promise<Script> {
  const text = readFileSync(path, 'utf8');
  const parsed = parseSexprs(text);
  // Recursive, and scripts without annotations nest thousands deep.
  const forms = text.includes('(@') ? withoutAnnotations(parsed) : parsed;
  if (!fields.has(head(forms[0]) ?? '')) return new ScriptReader(text).read(forms);
  const wrapped = `(module ${text})`;
  return new ScriptReader(wrapped).read(parseSexprs(wrapped));
}

/** Annotations, `(@name ...)`, may be anywhere and mean nothing here. */
function withoutAnnotations(forms: readonly Sexpr[]): Sexpr[] {
  return forms.flatMap((form): Sexpr[] => {
    if (form.kind !== 'list') return [form];
    if (head(form)?.startsWith('@') === true) return [];
    return [{ ...form, items: withoutAnnotations(form.items) }];
  });
}

class ScriptReader {
  readonly #source: string;
  readonly #literals: Literals;
  readonly #host = new HostReferences();
  readonly #lineStarts: number[] = [0];
  #textOnly = 0;

  constructor(source: string) {
    this.#source = source;
    this.#literals = new Literals(source);
    for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) {
      this.#lineStarts.push(i + 1);
    }
  }

  async read(forms: readonly Sexpr[]): Promise<Script> {
    for (const form of forms) {
      if (isAction(form)) this.#literals.collect(form);
      else if (form.kind === 'list' && isAction(form.items[1])) this.#literals.collect(form);
    }
    await this.#literals.evaluate();
    const commands: Command[] = [];
    for (const form of forms) {
      if (form.kind !== 'list') throw new Error(`line ${this.#line(form)}: not a command`);
      const command = await this.#command(form);
      if (command !== undefined) commands.push(command);
    }
    return { commands, host: this.#host, textOnly: this.#textOnly };
  }

  async #command(form: List): Promise<Command | undefined> {
    const line = this.#line(form);
    const word = head(form)!;
    switch (word) {
      case 'module':
        return this.#module(form, line);
      case 'register':
        return { kind: 'register', line, as: stringAt(form, 1), instance: atomAt(form, 2) };
      case 'invoke':
      case 'get':
        return { kind: 'action', line, action: this.#action(form) };
      case 'assert_return':
        return {
          kind: word,
          line,
          action: this.#action(form.items[1]),
          expected: form.items.slice(2).map((item) => this.#literals.pattern(item)),
        };
      case 'assert_trap':
      case 'assert_exhaustion':
      case 'assert_exception':
        if (isAction(form.items[1])) {
          return { kind: word, line, action: this.#action(form.items[1]) };
        }
    }
    const how = rejections[word];
    if (how === undefined) throw new Error(`line ${line}: no such command: ${word}`);
    const bytes = await this.#bytes(form.items[1]).catch(() => undefined);
    if (bytes !== undefined) return { kind: 'assert_rejected', line, how, bytes };
    this.#textOnly++;
    return undefined;
  }

  async #module(form: List, line: number): Promise<Command> {
    if (atomAt(form, 1) === 'instance') {
      return { kind: 'instance', line, name: atomAt(form, 2), module: atomAt(form, 3) };
    }
    const definition = atomAt(form, 1) === 'definition';
    const name = atomAt(form, definition ? 2 : 1);
    const bytes = await this.#bytes(form).catch((error: unknown) => {
      throw new Error(`line ${line}: ${(error as Error).message}`, { cause: error });
    });
    return {
      kind: 'module',
      line,
      name: name?.startsWith('$') ? name : undefined,
      bytes,
      instantiate: !definition,
    };
  }

  async #bytes(form: Sexpr | undefined): Promise<Uint8Array> {
    if (form?.kind !== 'list' || head(form) !== 'module') throw new Error('not a module');
    const source = describeModule(this.#source, form)!;
    return moduleBytes({ line: 1, expectation: 'valid', message: undefined, source });
  }

  #action(form: Sexpr | undefined): Action {
    if (form?.kind !== 'list') throw new Error('not an action');
    const instance = atomAt(form, 1);
    const at = instance === undefined ? 1 : 2;
    return {
      kind: head(form) === 'get' ? 'get' : 'invoke',
      instance,
      field: stringAt(form, at),
      args: form.items.slice(at + 1).map((item) => this.#literals.value(item, this.#host)),
    };
  }

  #line(form: Sexpr): number {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#lineStarts[middle]! <= form.start) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function isAction(form: Sexpr | undefined): boolean {
  return head(form) === 'invoke' || head(form) === 'get';
}

function atomAt(form: List, at: number): string | undefined {
  const item = form.items[at];
  return item?.kind === 'atom' ? item.text : undefined;
}

function stringAt(form: List, at: number): string {
  const item = form.items[at];
  if (item?.kind !== 'string') throw new Error(`no string as item ${at} of a command`);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(item.bytes);
}
