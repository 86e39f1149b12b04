/**
 * Functions that stand in for functions of JavaScript's own, and cannot be told from them: they have
 * the name, the length, the prototype and all other properties of the original, and
 * `Function.prototype.toString`, which would show the difference, is replaced as well. (A Proxy has
 * all that for nothing, but `util.inspect` and V8's messages show it.)
 */

import { type AnyFunction, lookLike, originals } from '../../engine/runtime/originals.ts';

export type { AnyFunction };

/** @param newTarget undefined in a call without `new` */
export type Behaviour = (
  self: unknown,
  args: unknown[],
  newTarget: AnyFunction | undefined,
) => unknown;

/**
 * Only a function has a prototype and can be called with `new`, a method cannot. V8's messages have
 * the names that stand in the source.
 */
const SHAPES: Readonly<Record<string, (behave: Behaviour) => AnyFunction>> = {
  Module: (behave) =>
    function Module(this: unknown, ...args: unknown[]) {
      return behave(this, args, new.target);
    },
  Instance: (behave) =>
    function Instance(this: unknown, ...args: unknown[]) {
      return behave(this, args, new.target);
    },
  function: (behave) =>
    function (this: unknown, ...args: unknown[]) {
      return behave(this, args, new.target);
    },
  method: (behave) =>
    ({
      method(this: unknown, ...args: unknown[]) {
        return behave(this, args, undefined);
      },
    }).method,
};

export function standIn(original: AnyFunction, behave: Behaviour): AnyFunction {
  const isMethod = !Object.hasOwn(original, 'prototype');
  const shape = isMethod ? SHAPES['method'] : (SHAPES[original.name] ?? SHAPES['function']);
  return lookLike(shape!(behave), original);
}

/** Puts a value in the place of an object's own property, with the same attributes. */
export function replace(object: object, name: string, value: unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { ...descriptor, value });
}

/** Puts a stand-in in the place of a method. */
export function replaceMethod(
  object: object,
  name: string,
  behave: (original: AnyFunction, self: unknown, args: unknown[]) => unknown,
): void {
  const original = (object as Record<string, AnyFunction>)[name]!;
  replace(
    object,
    name,
    standIn(original, (self, args) => behave(original, self, args)),
  );
}

/** To be called once, before any code that could look. */
export function hideStandIns(): void {
  replaceMethod(Function.prototype, 'toString', (original, self, args) =>
    Reflect.apply(original, originals.get(self as object) ?? self, args),
  );
}
