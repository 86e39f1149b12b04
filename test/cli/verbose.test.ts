/** `--verbose`: what is said of the work before the program runs. */
import { afterAll, expect, test } from 'vitest';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

test('each stage is said with its time, in the order in which they end', async () => {
  const program = space.wat('p.wasm', '(module (func (export "_start") nop))');
  const { stderr, status } = await witness(['run', '-v', '-D', 'trace', program], {
    env: { XDG_CACHE_HOME: space.path('cache') },
  });
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('witness: '))
    .map((line) => line.replace(/^witness: +\d+ ms {2}/, '').replace(/: \d+ ms/, ': N ms'));
  expect(status).toBe(0);
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/p\.wasm is a module of \d+ bytes$/),
      expect.stringMatching(/^the debugger is .*\/trace\.wasm$/),
      expect.stringMatching(
        /^instrumenting and compiling .*p\.wasm: N ms, functions: 1, \d+ bytes made \d+$/,
      ),
      expect.stringMatching(/^transpiling .*\/trace\.wasm: N ms, kept for the next time$/),
      'loading the debugger trace: N ms',
      'the program begins',
      'ended with status 0',
    ]),
  );
  expect(lines.indexOf('loading the debugger trace: N ms')).toBeLessThan(
    lines.indexOf('the program begins'),
  );
});
