/** The package as its users get it: packed, installed elsewhere, type-checked, and run. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/run.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());
const modules = join(space.directory, 'node_modules');
const installed = join(modules, 'witness');

/** Runs a program of the installed packages in the user's folder. */
function run(file: string, ...args: string[]): string {
  try {
    return execFileSync(process.execPath, [file, ...args], {
      cwd: space.directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}${stderr}`);
  }
}

beforeAll(() => {
  // Without its scripts: they build, and that has been done. Without a registry: npm would ask one
  // for the dependencies, which are already here.
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--offline', '--pack-destination', space.directory],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', packed.trim().split('\n').at(-1)!], { cwd: space.directory });
  renameSync(join(space.directory, 'package'), installed);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '.bin' || name.startsWith('.')) continue;
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  cpSync(join(root, 'examples/library'), space.directory, { recursive: true });
});

it('has what it promises, and nothing of its making', () => {
  for (const file of [
    'wit/world.wit',
    'wit/deps/io/poll.wit',
    'docs/library.md',
    'bin/witness.js',
  ]) {
    expect(existsSync(join(installed, file)), file).toBe(true);
  }
  for (const file of ['src', 'test', 'scripts', 'node_modules']) {
    expect(existsSync(join(installed, file)), file).toBe(false);
  }
});

it('type-checks under nodenext and strict, its own declarations too', () => {
  run(join(modules, 'typescript/bin/tsc'), '-p', '.');
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
