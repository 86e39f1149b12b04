/** JavaScript programs cannot tell whether their WebAssembly is V8's own: they print the same. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble } from '../../engine/debuggee.ts';
import { type Ended, plainNode, witness } from '../../support/witness.ts';
import { createWorkspace } from '../../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const program = (name: string) => fileURLToPath(new URL(`programs/${name}`, import.meta.url));

beforeAll(async () => {
  const text = readFileSync(program('everything.wat'), 'utf8');
  space.file('everything.wasm', await assemble(text));
});

const DEBUGGERS: Readonly<Record<string, readonly string[]>> = {
  'no debugger': ['-D', 'none'],
  'single steps': ['-D', 'trace', '--debugger-arg=--step=500'],
  breakpoints: ['-D', 'trace', '--debugger-arg=--break=add', '--debugger-arg=--break=divide'],
  'native traps': ['-D', 'none', '--traps', 'native'],
};

/** Warnings of Node have the number of the process. */
function comparable(ended: Ended): Ended {
  return { ...ended, stderr: ended.stderr.replace(/\(node:\d+\)/g, '(node)') };
}

describe.each(['namespace.mjs', 'instances.mjs', 'modules.mjs', 'suspended.mjs'])('%s', (name) => {
  const words = [program(name), space.path('everything.wasm')];
  let expected: Ended;
  beforeAll(async () => {
    expected = comparable(await plainNode(words));
    expect(expected).toMatchObject({ status: 0, stdout: expect.stringMatching(/./) });
  });

  // Its modules are empty.
  const hows = Object.keys(DEBUGGERS).filter(
    (how) => name !== 'namespace.mjs' || how !== 'breakpoints',
  );
  test.each(hows)('with %s', async (how) => {
    const output = `--debugger-output=${space.path('debugger.txt')}`;
    const options = how.startsWith('n') ? [] : [output];
    const ended = await witness(['run', ...DEBUGGERS[how]!, ...options, ...words]);
    expect(comparable(ended)).toEqual(expected);
  });
});
