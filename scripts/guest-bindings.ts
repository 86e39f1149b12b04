/**
 * Mends the JavaScript with which componentize-js (0.23) binds a component to its imports. Imported for
 * its effect, before `componentize` is called: what makes the text is patched, because componentize
 * gives no other hand on it.
 *
 * - A u32 argument of 2^31 or more reaches the host as another number: the engine passes on the low
 *   word of what may be a double, and `>>> 0` makes one. `| 0` has the same bits and is never one.
 * - Every call makes two objects for a log that is off: without them a call takes half the time.
 */

// Not exported by the package: its own path.
const url = new URL(
  '../lib/spidermonkey-embedding-splicer.js',
  import.meta.resolve('@bytecodealliance/componentize-js'),
);
const { splicer } = (await import(url.href)) as {
  splicer: { spliceBindings(...args: unknown[]): { jsBindings: string } };
};

const { spliceBindings } = splicer;

splicer.spliceBindings = (...args) => {
  const spliced = spliceBindings(...args);
  return { ...spliced, jsBindings: mended(spliced.jsBindings) };
};

const TO_UINT32 = /(function toUint32\(val\) \{\s*return val) >>> 0;/;
const LOG_CALL = /^ *_debugLog\('\[Instruction::[^']*', \{[^{}]*\}\);\n/gm;

function mended(bindings: string): string {
  if (/\btoUint32\(/.test(bindings) && !TO_UINT32.test(bindings)) {
    throw new Error('componentize-js binds u32 arguments in a new way: look at guest-bindings.ts');
  }
  return bindings.replace(TO_UINT32, '$1 | 0;').replace(LOG_CALL, '');
}
