/**
 * Expressions of conditions, `print` and `set`: text in, a function out that is evaluated at stops.
 * Names are looked up once, when the expression is made, so that a condition that is evaluated a
 * million times costs as little as the debugger world allows.
 *
 * Integers are exact, whatever their size: nothing wraps around, and `i32` values are signed. An
 * operation with a float gives a float.
 */

import { CommandError } from './errors.ts';
import type { FrameView } from './frames.ts';
import type { ProgramInstance } from './program.ts';
import { type Token, tokenize } from './tokens.ts';

/** What an expression computes with. */
export type Scalar = bigint | number;

/** Where an expression is evaluated. */
export interface Where {
  readonly frame: FrameView | undefined;
  /** @throws CommandError if there is none */
  readonly instance: ProgramInstance;
}

/** @throws CommandError if it cannot be evaluated here */
export type Evaluate = (where: Where) => Scalar;

/** How the names and accesses of an expression are found. */
export interface Scope {
  /** A local, else a global; by name, or by the index that `$0` stands for. */
  variable(name: string, sigil: boolean): Evaluate;
  /** `local[3]`, `stack[0]`, `global[name]`; undefined if there is no such list. */
  element(list: string, index: number | string): Evaluate | undefined;
  /** `u8[address]`; undefined if there is no such type. */
  load(type: string, memory: number, address: Evaluate): Evaluate | undefined;
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Widths and signs of the conversions that are written like a function. */
const conversions: Readonly<Record<string, (value: Scalar) => Scalar>> = {
  i8: (value) => BigInt.asIntN(8, toInteger(value)),
  u8: (value) => BigInt.asUintN(8, toInteger(value)),
  i16: (value) => BigInt.asIntN(16, toInteger(value)),
  u16: (value) => BigInt.asUintN(16, toInteger(value)),
  i32: (value) => BigInt.asIntN(32, toInteger(value)),
  u32: (value) => BigInt.asUintN(32, toInteger(value)),
  i64: (value) => BigInt.asIntN(64, toInteger(value)),
  u64: (value) => BigInt.asUintN(64, toInteger(value)),
  f32: (value) => Math.fround(Number(value)),
  f64: (value) => Number(value),
};

/** @throws CommandError if it is not an expression, or names what is not there */
export function compileExpression(text: string, scope: Scope): Evaluate {
  return new Parser(tokenize(text), scope).whole();
}

export function isTrue(value: Scalar): boolean {
  return typeof value === 'bigint' ? value !== 0n : value !== 0;
}

/** @throws CommandError for a float that is no integer */
export function toInteger(value: Scalar): bigint {
  if (typeof value === 'bigint') return value;
  if (!Number.isFinite(value)) throw new CommandError(`${value} is not an integer`);
  return BigInt(Math.trunc(value));
}

/**
 * An address of a memory, which has at most 64 bits.
 * @throws CommandError
 */
export function toAddress(value: Scalar): bigint {
  const address = toInteger(value);
  if (address < 0n || address >> 64n !== 0n) throw new CommandError(`${address} is no address`);
  return address;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #scope: Scope;
  #at = 0;

  constructor(tokens: readonly Token[], scope: Scope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  whole(): Evaluate {
    if (this.#tokens.length === 0) throw new CommandError('an expression is missing');
    const evaluate = this.#binary(0);
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new CommandError(`unexpected ${show(rest)} in the expression`);
    return evaluate;
  }

  #binary(level: number): Evaluate {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#takeAny(operators);
      if (operator === undefined) return left;
      left = combine(operator, left, this.#binary(level + 1));
    }
  }

  #unary(): Evaluate {
    const operator = this.#takeAny(['-', '!', '~', '+']);
    if (operator === undefined) return this.#primary();
    const operand = this.#unary();
    switch (operator) {
      case '-':
        return (where) => -operand(where);
      case '!':
        return (where) => (isTrue(operand(where)) ? 0n : 1n);
      case '~':
        return (where) => ~toInteger(operand(where));
      default:
        return operand;
    }
  }

  #primary(): Evaluate {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new CommandError('the expression ends too early');
    if (token.kind === 'int' || token.kind === 'float') {
      const { value } = token;
      return () => value;
    }
    if (token.kind === 'op') {
      if (token.text !== '(') throw new CommandError(`unexpected ${show(token)} in the expression`);
      const inner = this.#binary(0);
      this.#expect(')');
      return inner;
    }
    if (!token.sigil && this.#take('(')) return this.#conversion(token.text);
    if (!token.sigil && this.#take('[')) return this.#access(token.text);
    if (!token.sigil && token.text === 'nan') return () => Number.NaN;
    if (!token.sigil && token.text === 'inf') return () => Number.POSITIVE_INFINITY;
    return this.#scope.variable(token.text, token.sigil);
  }

  #conversion(type: string): Evaluate {
    const convert = Object.hasOwn(conversions, type) ? conversions[type] : undefined;
    if (convert === undefined) throw new CommandError(`no conversion "${type}(...)"`);
    const operand = this.#binary(0);
    this.#expect(')');
    return (where) => convert(operand(where));
  }

  /** `list[index]`, `list[name]`, `type[address]` or `type[memory:address]`. */
  #access(name: string): Evaluate {
    const element = this.#element(name);
    if (element !== undefined) return element;
    const memory = this.#memoryIndex();
    const address = this.#binary(0);
    this.#expect(']');
    const load = this.#scope.load(name, memory, address);
    if (load === undefined) {
      throw new CommandError(
        `no "${name}[...]"; there are local, stack, global, u8 to u64, i8 to i64, f32, f64`,
      );
    }
    return load;
  }

  /** The index before a colon; memory 0 is what is meant without one. */
  #memoryIndex(): number {
    const token = this.#tokens[this.#at];
    const colon = this.#tokens[this.#at + 1];
    if (token?.kind !== 'int' || colon?.kind !== 'op' || colon.text !== ':') return 0;
    this.#at += 2;
    return Number(token.value);
  }

  #element(list: string): Evaluate | undefined {
    if (list !== 'local' && list !== 'stack' && list !== 'global') return undefined;
    const token = this.#tokens[this.#at++];
    if (token?.kind !== 'int' && token?.kind !== 'name') {
      throw new CommandError(`${list}[...] needs an index${list === 'stack' ? '' : ' or a name'}`);
    }
    this.#expect(']');
    return this.#scope.element(list, token.kind === 'int' ? Number(token.value) : token.text);
  }

  #take(text: string): boolean {
    return this.#takeAny([text]) !== undefined;
  }

  #takeAny(texts: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'op' || !texts.includes(token.text)) return undefined;
    this.#at++;
    return token.text;
  }

  #expect(text: string): void {
    if (this.#take(text)) return;
    const token = this.#tokens[this.#at];
    throw new CommandError(
      `"${text}" is missing ${token === undefined ? 'at the end' : `before ${show(token)}`}`,
    );
  }
}

function show(token: Token): string {
  return `"${token.kind === 'int' || token.kind === 'float' ? token.value : token.text}"`;
}

function combine(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  const compare = (holds: (a: Scalar, b: Scalar) => boolean) => (where: Where) =>
    holds(left(where), right(where)) ? 1n : 0n;
  const arithmetic =
    (integers: (a: bigint, b: bigint) => bigint, floats: (a: number, b: number) => number) =>
    (where: Where) => {
      const a = left(where);
      const b = right(where);
      return typeof a === 'bigint' && typeof b === 'bigint'
        ? integers(a, b)
        : floats(Number(a), Number(b));
    };
  const bits = (apply: (a: bigint, b: bigint) => bigint) => (where: Where) =>
    apply(toInteger(left(where)), toInteger(right(where)));
  switch (operator) {
    case '||':
      return (where) => (isTrue(left(where)) || isTrue(right(where)) ? 1n : 0n);
    case '&&':
      return (where) => (isTrue(left(where)) && isTrue(right(where)) ? 1n : 0n);
    case '|':
      return bits((a, b) => a | b);
    case '^':
      return bits((a, b) => a ^ b);
    case '&':
      return bits((a, b) => a & b);
    // JavaScript compares a bigint with a number by their mathematical values.
    case '==':
      return compare((a, b) => a === b || (typeof a !== typeof b && Number(a) === Number(b)));
    case '!=':
      return compare((a, b) => a !== b && (typeof a === typeof b || Number(a) !== Number(b)));
    case '<':
      return compare((a, b) => a < b);
    case '<=':
      return compare((a, b) => a <= b);
    case '>':
      return compare((a, b) => a > b);
    case '>=':
      return compare((a, b) => a >= b);
    case '<<':
      return bits((a, b) => a << shift(b));
    case '>>':
      return bits((a, b) => a >> shift(b));
    case '+':
      return arithmetic(
        (a, b) => a + b,
        (a, b) => a + b,
      );
    case '-':
      return arithmetic(
        (a, b) => a - b,
        (a, b) => a - b,
      );
    case '*':
      return arithmetic(
        (a, b) => a * b,
        (a, b) => a * b,
      );
    case '/':
      return arithmetic(
        (a, b) => a / nonZero(b),
        (a, b) => a / b,
      );
    default:
      return arithmetic(
        (a, b) => a % nonZero(b),
        (a, b) => a % b,
      );
  }
}

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new CommandError('division by zero in the expression');
  return value;
}

/** Beyond 64 bits a shift would only make a number too large to show. */
function shift(count: bigint): bigint {
  if (count < 0n || count > 64n) throw new CommandError(`cannot shift by ${count} bits`);
  return count;
}
