/** Imports go one way: each folder of src/ uses what stands below it, and nothing above or beside. */
import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** From the top down. Folders of one layer do not import each other. */
const LAYERS: readonly (readonly string[])[] = [
  ['index.ts'],
  ['cli', 'library'],
  ['program'],
  ['host'],
  ['opaque-debugger'],
  ['channel', 'engine/runtime'],
  ['engine/instrument'],
  ['wasm'],
];

/** They can be read, tested and carried elsewhere without Node. */
const PURE = ['wasm', 'engine/instrument'];

const SPECIFIER = /\b(?:from|import)\s*\(?\s*'([^'\s]+)'/g;

/** Folders of the table that a path relative to src/ is in: one, unless the table is wrong. */
function foldersOf(path: string): string[] {
  return LAYERS.flat().filter((folder) => path === folder || path.startsWith(`${folder}/`));
}

const folderOf = (path: string): string => foldersOf(path)[0]!;
const layerOf = (folder: string): number => LAYERS.findIndex((layer) => layer.includes(folder));

/** [importing file, what it imports]: relative to src/, or a package's name as it is written. */
function imports(): [string, string][] {
  const found: [string, string][] = [];
  for (const path of files()) {
    const file = resolve(SRC, path);
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(SPECIFIER)) {
      const own = specifier!.startsWith('.');
      found.push([path, own ? fromSrc(resolve(file, '..', specifier!)) : specifier!]);
    }
  }
  return found;
}

function fromSrc(file: string): string {
  return relative(SRC, file).split(sep).join('/');
}

function files(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.split(sep).join('/'));
}

test('every file of src/ is in one folder of the table', () => {
  expect(files().filter((path) => foldersOf(path).length !== 1)).toEqual([]);
});

test('no import goes up, or across a layer', () => {
  const own = imports().filter(([, to]) => foldersOf(to).length === 1);
  expect(own.length).toBeGreaterThan(1000);
  const wrong = own.filter(([from, to]) => {
    const [a, b] = [folderOf(from), folderOf(to)];
    return a !== b && layerOf(a) >= layerOf(b);
  });
  expect(wrong.map(([from, to]) => `${from} imports ${to}`)).toEqual([]);
});

test.each(PURE)('%s needs neither Node nor packages', (folder) => {
  const foreign = imports().filter(
    ([from, to]) => folderOf(from) === folder && foldersOf(to).length !== 1,
  );
  expect(foreign.map(([from, to]) => `${from} imports ${to}`)).toEqual([]);
});
