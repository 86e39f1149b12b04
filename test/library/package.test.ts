/** The package as its users get it: packed, installed elsewhere, type-checked, and run. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/run.ts';
import { installPackage, runInstalled } from '../support/installed.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());
const installed = join(space.directory, 'node_modules/witness');
const run = (file: string, ...args: string[]) => runInstalled(space.directory, file, ...args);

beforeAll(() => {
  installPackage(space.directory);
  cpSync(join(root, 'examples/library'), space.directory, { recursive: true });
});

it('has what it promises, and nothing of its making', () => {
  for (const file of [
    'bin/witness.js',
    'docs/library.md',
    'docs/writing-a-debugger.md',
    'examples/debuggers/c/main.c',
    'examples/debuggers/typescript/src/main.ts',
    'wit/c/debuggee.h',
    'wit/deps/io/poll.wit',
    'wit/world.wit',
  ]) {
    expect(existsSync(join(installed, file)), file).toBe(true);
  }
  for (const file of ['src', 'test', 'scripts', 'node_modules']) {
    expect(existsSync(join(installed, file)), file).toBe(false);
  }
});

it('type-checks under nodenext and strict, its own declarations too', () => {
  run('node_modules/typescript/bin/tsc', '-p', '.');
});

/** Blocks of code in a document that begin with an import. */
function snippets(document: string): string[] {
  const text = readFileSync(join(installed, 'docs', document), 'utf8');
  const blocks = text.match(/(?:^(?: {4}.*)?\n)+/gm) ?? [];
  return blocks.filter((block) => /^\s*import \{/.test(block));
}

it('has documents whose code type-checks', () => {
  const directory = join(space.directory, 'snippets');
  mkdirSync(directory);
  const sources = ['library.md', 'writing-a-debugger.md'].flatMap(snippets);
  expect(sources.length).toBeGreaterThan(3);
  for (const [i, source] of sources.entries()) {
    writeFileSync(join(directory, `${i}.ts`), `${source}\nexport {};\n`);
  }
  // What they take for granted.
  writeFileSync(
    join(directory, 'globals.d.ts'),
    `declare const bytes: Uint8Array;
     declare const pc: number;`,
  );
  const { compilerOptions } = JSON.parse(
    readFileSync(join(space.directory, 'tsconfig.json'), 'utf8'),
  ) as { compilerOptions: object };
  // Short code, which leaves out what only a strict compiler asks for.
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, strict: false } }),
  );
  run('node_modules/typescript/bin/tsc', '-p', 'snippets');
});

it('runs the example', () => {
  const fib = join(root, 'examples/out/fib.wasm');
  expect(run('calls.ts', fib, 'fib', '10')).toBe(
    [
      'fib(10) = 55, after 177 calls',
      'fib: 177 calls, at most 14 frames deep',
      'first argument there: 1',
      'the program exited with 0',
      '',
    ].join('\n'),
  );
});

it('runs the command', () => {
  const fib = join(root, 'examples/out/fib.wasm');
  expect(run(join(installed, 'bin/witness.js'), 'run', '-D', 'none', fib, '10')).toBe(
    'fib(10) = 55, after 177 calls\n',
  );
});
