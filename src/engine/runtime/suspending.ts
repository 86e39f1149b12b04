/**
 * The functions behind `WebAssembly.Suspending` objects. Nothing gives an object's function away, so
 * the engine must see objects being made: it puts a constructor of the same behaviour in the place
 * of V8's. Runs in the debuggee's thread.
 */
import type { HostFunction } from './host-calls.ts';
import { lookLike } from './originals.ts';
import { WebAssembly as V8 } from './v8.ts';

type SuspendingConstructor = new (host: HostFunction) => object;

const functions = new WeakMap<object, HostFunction>();
/** V8's own; undefined where there is none. */
const native = (V8 as unknown as { Suspending?: SuspendingConstructor }).Suspending;
let watching = false;

/** From now on the functions of new objects are known. */
export function watchSuspending(): void {
  if (watching || native === undefined) return;
  watching = true;
  const original = native;
  // V8's messages have the name that stands here.
  const stand = lookLike(function Suspending(this: unknown, ...args: [HostFunction]): object {
    if (new.target === undefined) return Reflect.apply(original, this, args) as object;
    const target = new.target === stand ? original : new.target;
    const object: object = Reflect.construct(original, args, target);
    functions.set(object, args[0]);
    return object;
  }, original);
  const attributes = { writable: true, enumerable: false, configurable: true };
  Object.defineProperty(globalThis.WebAssembly, 'Suspending', { ...attributes, value: stand });
  Object.defineProperty(original.prototype, 'constructor', { ...attributes, value: stand });
}

/** Whether a value is an object of V8's, or of a class made from it. */
export function isSuspending(value: unknown): value is object {
  return native !== undefined && value instanceof native;
}

/** @throws TypeError for an object that was made before anybody watched */
export function suspendedFunction(object: object): HostFunction {
  const host = functions.get(object);
  if (host === undefined) {
    throw new TypeError(
      'a WebAssembly.Suspending object that was made before its engine cannot be debugged: make the engine first',
    );
  }
  return host;
}

/** @param host what an object that V8 knows gives way to */
export function makeSuspending(host: HostFunction): object {
  return new native!(host);
}
