/** Programs that are typed to, on a pseudo-terminal. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { commandComponent } from '../support/components.ts';
import { CAT } from '../support/programs.ts';
import { noTerminal, openTerminal } from '../support/terminal.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const END_OF_INPUT = '\x04';
const cat = space.wat('cat.wasm', CAT);
const JAVASCRIPT = `
  console.log('terminal ' + process.stdin.isTTY + ' ' + process.stdout.isTTY);
  process.stdin.on('data', (bytes) => process.stdout.write(bytes));`;

test.skipIf(noTerminal !== undefined).each([
  ['a core module', async () => cat],
  [
    'a component',
    async () => space.file('cat.component.wasm', await commandComponent(readFileSync(cat))),
  ],
  ['JavaScript', async () => space.file('cat.mjs', JAVASCRIPT)],
])('%s answers each line, and ends with the input', async (kind, program) => {
  const terminal = openTerminal(['run', '-D', 'none', await program()], {
    cwd: space.directory,
    env: {},
  });
  if (kind === 'JavaScript') await terminal.until('terminal true true');
  for (const line of ['first', 'second']) {
    terminal.type(`${line}\n`);
    // As it is typed, and as the program gives it.
    await terminal.until(line);
    await terminal.until(line);
  }
  terminal.type(END_OF_INPUT);
  expect(await terminal.ended).toBe(0);
});
