/** Instances of the engine's own small modules: their frames are none of the program's. */

const helpers = new WeakSet<object>();

export function addHelper(instance: WebAssembly.Instance): WebAssembly.Instance {
  helpers.add(instance);
  return instance;
}

export function isHelper(instance: object): boolean {
  return helpers.has(instance);
}
