/**
 * V8's own WebAssembly, as it was when the engine was loaded. What the engine makes must not go
 * through what a program, or what debugs it, has put in its place.
 */

const names = Object.getOwnPropertyNames(globalThis.WebAssembly);
const original = globalThis.WebAssembly as unknown as Record<string, unknown>;

export const WebAssembly = Object.freeze(
  Object.fromEntries(names.map((name) => [name, original[name]])),
) as unknown as typeof globalThis.WebAssembly;
