/** In a Worker that a JavaScript program has started: notes that it runs WebAssembly. */
import { hideStandIns, replace, replaceMethod, standIn } from './stand-in.ts';

/** Shared by all Workers of a program; its first word is 1 once it has been noted. */
export type FurtherWorkers = Int32Array;

/** @param note called at the first instance, in all Workers of the program together */
export function noteWebAssembly(state: FurtherWorkers, note: () => void): void {
  const once = (): void => {
    if (Atomics.exchange(state, 0, 1) === 0) note();
  };
  hideStandIns();
  const { Instance } = WebAssembly;
  const stand = standIn(Instance, (self, args, newTarget) => {
    once();
    if (newTarget === undefined) return Reflect.apply(Instance, self, args);
    return Reflect.construct(Instance, args, newTarget) as object;
  });
  replace(Instance.prototype, 'constructor', stand);
  replace(WebAssembly, 'Instance', stand);
  for (const name of ['instantiate', 'instantiateStreaming']) {
    replaceMethod(WebAssembly, name, (original, self, args) => {
      once();
      return Reflect.apply(original, self, args);
    });
  }
}
