/**
 * Bad bytes: only WasmError may come out, with an offset in the file, and nothing hangs. V8 is the
 * oracle in the other direction: what it accepts must decode.
 */

import { describe, expect, test } from 'vitest';
import { encodeModule } from '../../src/wasm/encode.ts';
import { WasmError } from '../../src/wasm/error.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { decodeNames } from '../../src/wasm/names.ts';
import { compiledModules, hasCorpus, isValid, specModules } from './corpus.ts';

/** Reads all there is to read; returns the error, or undefined if the module is well-formed. */
function readAll(bytes: Uint8Array): WasmError | undefined {
  try {
    const module = decodeModule(bytes);
    for (const body of module.bodies) {
      const reader = new InstructionReader(bytes, body.codeStart, body.end);
      while (reader.read());
    }
    decodeNames(module);
    expect(Buffer.compare(encodeModule(module), bytes)).toBe(0);
    return undefined;
  } catch (error) {
    if (!(error instanceof WasmError)) throw error;
    const { offset, message } = error;
    // No matchers: there are so many errors that those would take as long as all the reading.
    if (!(offset >= 0 && offset <= bytes.length)) throw new Error(`${offset}: ${message}`);
    if (!message.includes(`(at offset 0x${offset.toString(16)})`)) throw new Error(message);
    return error;
  }
}

/** A small generator of the same numbers in every run (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Well-formed by the spec's grammar only if the nesting of blocks or the data count section fits. */
const needsValidation = new Set([
  'data count section required',
  'unexpected end of section or function',
]);

describe.skipIf(!hasCorpus)('the test suite', () => {
  test('modules that it calls malformed are refused', async () => {
    const modules = await specModules(
      ({ expectation, source }) => expectation === 'malformed' && 'binary' in source,
    );
    expect(modules.length).toBeGreaterThan(700);
    const missed = modules.filter(({ bytes }) => readAll(bytes) === undefined);
    expect(missed.filter(({ wast }) => !needsValidation.has(wast.message ?? ''))).toEqual([]);
    // Exceptions, not a way out: nearly all modules with these messages are caught as well.
    expect(missed.length).toBeLessThan(5);
  });

  test('invalid modules decode or are refused, and do not crash', async () => {
    const modules = await specModules(({ expectation }) => expectation === 'invalid');
    expect(modules.length).toBeGreaterThan(2500);
    for (const { bytes } of modules) readAll(bytes);
  });

  test('a changed byte gives an error or a module, and a module if V8 takes it', async () => {
    const random = randomNumbers(1);
    const modules = (await specModules(isValid)).filter(({ bytes }) => bytes.length < 20_000);
    let refused = 0;
    let accepted = 0;
    for (const { name, bytes } of modules) {
      for (let round = 0; round < 12; round++) {
        const changed = bytes.slice();
        // Behind the preamble, and sometimes several bytes at once.
        for (let times = 1 + random(2); times > 0 && bytes.length > 8; times--) {
          changed[8 + random(bytes.length - 8)] = random(256);
        }
        const error = readAll(changed);
        if (error === undefined) accepted++;
        else {
          refused++;
          if (WebAssembly.validate(changed)) throw new Error(`${name}: V8 takes it, but ${error}`);
        }
      }
    }
    expect(refused).toBeGreaterThan(1000);
    expect(accepted).toBeGreaterThan(1000);
  });
});

describe('modules that compilers made', () => {
  // Every prefix of a module is decoded, which is quadratic: small modules only.
  const small = compiledModules().filter(({ bytes }) => bytes.length < 32_000);

  test('every module cut off is refused', () => {
    expect(small.length).toBeGreaterThan(3);
    for (const { name, bytes } of small) {
      const { sections } = decodeModule(bytes);
      // Only a cut between two sections may leave a module.
      const ends = new Set([8, ...sections.map(({ end }) => end)]);
      for (let length = 0; length < bytes.length; length++) {
        const error = readAll(bytes.subarray(0, length));
        if (error === undefined && !ends.has(length)) {
          throw new Error(`${name}: the first ${length} bytes are taken for a module`);
        }
      }
    }
  });

  test('changed bytes in the code give only WasmErrors', () => {
    const random = randomNumbers(2);
    for (const { bytes } of small) {
      for (let round = 0; round < 200; round++) {
        const changed = bytes.slice();
        changed[8 + random(bytes.length - 8)] = random(256);
        readAll(changed);
      }
    }
  });
});

describe('counts that the input cannot back', () => {
  const preamble = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
  const sections: readonly [string, number[]][] = [
    ['types', [1, 5, ...huge]],
    ['parameters', [1, 7, 1, 0x60, ...huge]],
    ['recursion group', [1, 7, 1, 0x4e, ...huge]],
    ['imports', [2, 5, ...huge]],
    ['a name', [2, 6, 1, ...huge]],
    ['elements', [9, 9, 1, 0, 0x41, 0, 0x0b, ...huge.slice(1), 0]],
    ['a section', [1, ...huge]],
    ['a data segment', [11, 7, 1, 1, ...huge]],
    ['a custom name', [0, 5, ...huge]],
  ];
  test.each(sections)('%s', (_, section) => {
    expect(readAll(Uint8Array.from([...preamble, ...section]))).toBeInstanceOf(WasmError);
  });

  test('locals may be many, but not more than 2^32 - 1', () => {
    const body = [2, ...huge, 0x7f, 1, 0x7e, 0x0b];
    const bytes = Uint8Array.from([
      ...preamble,
      ...[1, 4, 1, 0x60, 0, 0],
      ...[3, 2, 1, 0],
      ...[10, body.length + 2, 1, body.length, ...body],
    ]);
    expect(readAll(bytes)?.message).toBe('too many locals (at offset 0x1d)');
    bytes[bytes.length - 3] = 0;
    expect(decodeModule(bytes).bodies[0]?.locals.map(({ count }) => count)).toEqual([
      0xffff_ffff, 0,
    ]);
  });
});

test('a component is named as such', () => {
  expect(() => decodeModule(Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]))).toThrow(
    'a component, not a core module (at offset 0x4)',
  );
});
