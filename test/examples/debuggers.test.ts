/** The templates for debuggers, as somebody who has copied one out builds and runs it. */
import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/run.ts';
import { installPackage, runInstalled } from '../support/installed.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const FIB = join(root, 'examples/out/fib.wasm');
const BUILD_MS = 180_000;

/** A copy of the template with what `npm install` gives; removed at the end. */
function copyOf(template: string): string {
  const space = createWorkspace();
  afterAll(() => space[Symbol.dispose]());
  beforeAll(() => {
    cpSync(join(root, 'examples/debuggers', template), space.directory, { recursive: true });
    installPackage(space.directory);
  });
  return space.directory;
}

async function debug(directory: string, argument: string, ...args: string[]) {
  const component = join(directory, 'my-debugger.wasm');
  const end = await witness(['run', '-D', component, `--debugger-arg=${argument}`, FIB, ...args]);
  const lines = [...end.stderr.matchAll(/^\[my-debugger\] (.*)$/gm)].map(([, line]) => line!);
  return { ...end, lines };
}

describe('the template in TypeScript', () => {
  const directory = copyOf('typescript');

  it('type-checks', () => {
    runInstalled(directory, 'node_modules/typescript/bin/tsc');
  });

  it(
    'builds, and debugs a program',
    async () => {
      runInstalled(directory, 'build.js');
      const { status, stdout, lines } = await debug(directory, 'fib', '2');
      expect(stdout).toBe('fib(2) = 1, after 3 calls\n');
      expect(status).toBe(0);
      expect(lines).toEqual([
        expect.stringMatching(/^fib \[i32:2 .*\] called from 0x\w+, 0x\w+, 0x\w+$/),
        expect.stringMatching(/^fib \[i32:1 .*\] called from 0x\w+, 0x\w+, 0x\w+$/),
        expect.stringMatching(/^fib \[i32:0 .*\] called from 0x\w+, 0x\w+, 0x\w+$/),
        'fib was called 3 times',
      ]);
      const failed = await debug(directory, 'no-such-function', '2');
      expect(failed.status).toBe(125);
      expect(failed.lines[0]).toBe('Error: the program has no function named no-such-function');
    },
    BUILD_MS,
  );
});

describe('the template in C', () => {
  const directory = copyOf('c');

  it(
    'builds, and debugs a program',
    async () => {
      runInstalled(directory, 'build.js');
      expect(statSync(join(directory, 'my-debugger.wasm')).size).toBeLessThan(40_000);
      const { status, stdout, lines } = await debug(directory, '40', '3');
      expect(stdout).toBe('fib(3) = 2, after 5 calls\n');
      expect(status).toBe(0);
      expect(lines).toHaveLength(41);
      for (const line of lines.slice(0, -1)) {
        expect(line).toMatch(/^func \d+, pc 0x[0-9a-f]+, locals( -?\d+)*$/);
      }
      expect(lines.at(-1)).toBe('the program has ended');
      const failed = await debug(directory, 'x');
      expect(failed.status).toBe(125);
      expect(failed.lines).toEqual(['the argument is the number of steps']);
    },
    BUILD_MS,
  );
});
