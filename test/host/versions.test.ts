/** Components built against other versions of WASI and of the debugger world. */
import { afterAll, describe, expect, it } from 'vitest';
import { hello } from '../support/programs.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';
import { cComponent, type Edit, versions } from '../support/worlds.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const OUTPUT = 'import wasi:cli/stdout@0.2.12;';

describe('a component built for', () => {
  it.each<[string, Edit]>([
    ['WASI 0.2.0, Wasmtime 44', versions('0.2.0', '44.0.0')],
    ['WASI 0.2.3, Wasmtime 43', versions('0.2.3', '43.0.0')],
    ['WASI 0.2.6, Wasmtime 45.1.2', versions('0.2.6', '45.1.2')],
    [
      'a world with more events and errors',
      (text) =>
        versions(
          '0.2.12',
          '47.0.0',
        )(text)
          .replace(
            '    injected-call-return(list<wasm-value>),',
            '$& watchpoint(wasm-value), replay-end,',
          )
          .replace('    execution-trap,', '$& not-recorded,'),
    ],
    ['WASI 0.2.99, no version of Wasmtime', versions('0.2.99', '')],
  ])('%s runs', async (name, edit) => {
    const path = space.file(`${name}.wasm`, await cComponent('stepper.c', OUTPUT, edit));
    const program = space.wat('hello.wasm', hello(3));
    const end = await witness(['run', '-D', path, '--debugger-output=-', program]);
    expect(end).toEqual({
      status: 3,
      signal: undefined,
      stdout: expect.stringMatching(/^(pc \d+\n){3}hello\n$/),
      stderr: 'oops\n',
    });
  });
});
