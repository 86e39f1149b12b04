/**
 * How both sides of the oracle tell a reference. What JavaScript cannot look into, structs, arrays
 * and exceptions, is told by being there or not; a function by its index, which is its name.
 *
 * Runs in the paused thread too, from its own source text, so it must not use anything from outside.
 *
 * @param type - `exnref` if it refers to an exception; otherwise not looked at
 * @param object - the reference as JavaScript has it
 */
export function referenceText(type: string, object: unknown): string {
  if (object === null) return 'ref:null';
  if (type === 'exnref') return 'ref:exception';
  if (typeof object === 'function') return `ref:function ${object.name}`;
  return typeof object === 'object' ? 'ref:object' : `ref:${typeof object} ${String(object)}`;
}
