/**
 * Functions of JavaScript's own, by the functions of ours that stand in for them. Whoever lets a
 * program look at functions (`Function.prototype.toString`) shows it the originals.
 */

// biome-ignore lint/complexity/noBannedTypes: any function at all
export type AnyFunction = Function;

export const originals = new WeakMap<object, AnyFunction>();

/** Gives a function the name, the length, the prototype and all other properties of an original. */
export function lookLike<F extends AnyFunction>(stand: F, original: AnyFunction): F {
  // What it has already keeps its place in the order of properties.
  Object.defineProperties(stand, Object.getOwnPropertyDescriptors(original));
  originals.set(stand, original);
  return stand;
}
