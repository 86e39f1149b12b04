/**
 * What WebAssembly features this Node has, by asking V8 to validate a smallest module of each.
 * `bin/witness.js` does the same for what Witness itself uses; here are those that only some
 * programs need, for the message when V8 refuses one.
 */

/** Sections after the preamble. */
const PROBES: readonly (readonly [feature: string, sections: readonly number[]])[] = [
  ['64-bit memories', [5, 3, 1, 4, 0]],
  ['garbage collection', [1, 3, 1, 0x5f, 0]],
  // A function with a local of type exnref.
  [
    'exception handling with exnref',
    [1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 6, 1, 4, 1, 1, 0x69, 11],
  ],
];

/** The features that this Node lacks. */
export function missingFeatures(
  validate: (bytes: Uint8Array<ArrayBuffer>) => boolean = WebAssembly.validate,
): string[] {
  return PROBES.filter(
    ([, sections]) => !validate(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections])),
  ).map(([feature]) => feature);
}

/** Empty if this Node has them all: then its age is not why a program was refused. */
export function featureHint(version: string, missing: readonly string[]): string {
  if (missing.length === 0) return '';
  return `\nthis Node (${version}) has no ${missing.join(', no ')}; if the program uses that, use a newer Node`;
}
