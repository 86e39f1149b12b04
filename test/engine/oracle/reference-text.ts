/**
 * How both sides of the oracle tell a reference: an object by a number that it alone has, in the
 * order in which they are seen; a function also by its index, which is its name. V8's debugger shows
 * structs and arrays by what is in them, in a new object every time.
 *
 * Runs in the paused thread too, from its own source text, so it must not use anything from outside.
 *
 * @param type - `exnref` if it refers to an exception; otherwise not looked at
 * @param object - the reference as JavaScript has it
 * @param numberOf - gives an object's number
 * @param fieldsOf - what is in an object; undefined if it is no struct or array
 */
export function referenceText(
  type: string,
  object: unknown,
  numberOf: (object: object) => number,
  fieldsOf: (object: object, text: (value: unknown) => string) => string[] | undefined,
): string {
  const text = (value: unknown, depth: number): string => {
    if (value === null) return 'ref:null';
    if (typeof value === 'function') return `ref:function ${value.name} #${numberOf(value)}`;
    if (typeof value !== 'object') return `ref:${typeof value} ${String(value)}`;
    const fields = depth > 2 ? [] : fieldsOf(value as object, (inner) => text(inner, depth + 1));
    if (fields !== undefined) return `ref:(${fields.join(', ')})`;
    return `ref:object #${numberOf(value as object)}`;
  };
  if (type !== 'exnref' || object === null) return text(object, 0);
  return `ref:exception #${numberOf(object as object)}`;
}

/** Numbers objects as they are seen. */
export class ObjectNumbers {
  readonly #numbers = new Map<object, number>();

  readonly of = (object: object): number => {
    let number = this.#numbers.get(object);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(object, number);
    }
    return number;
  };

  clear(): void {
    this.#numbers.clear();
  }
}
