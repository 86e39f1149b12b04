/**
 * The bindings do not check handles: for one that the component does not hold they make an object
 * that has nothing but the right prototype. Whatever a method of ours does with such an object ends
 * in an error of JavaScript, which is made a trap here.
 */

import { InBandError, trap } from './errors.ts';

const INVALID =
  'the debugger does not hold this handle. It was dropped, handed over with a call, or never given';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Changes the methods of a resource class, inherited ones too, so that they fail only as host
 * functions may.
 * @param resource its name in WIT
 */
export function guardMethods(resource: string, target: { readonly prototype: object }): void {
  for (const owner of [target, target.prototype]) {
    for (const [name, method] of methodsOf(owner)) {
      const wit = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const value = guarded(`${resource}.${wit}`, method);
      Object.defineProperty(owner, name, { value, configurable: true, writable: true });
    }
  }
}

function methodsOf(owner: object): Map<string, Method> {
  const methods = new Map<string, Method>();
  const end = typeof owner === 'function' ? Function.prototype : Object.prototype;
  for (let from = owner; from !== end; from = Object.getPrototypeOf(from) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
      const isMethod = typeof value === 'function' && name !== 'constructor';
      if (isMethod && !methods.has(name)) methods.set(name, value as Method);
    }
  }
  return methods;
}

function guarded(name: string, method: Method): Method {
  return function (...args) {
    try {
      return method.apply(this, args);
    } catch (error) {
      if (error instanceof InBandError || error instanceof WebAssembly.RuntimeError) throw error;
      throw trap(name, INVALID, error);
    }
  };
}
