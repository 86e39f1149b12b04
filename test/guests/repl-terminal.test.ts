/** The REPL as it is typed to, on a pseudo-terminal. */
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { noTerminal, openTerminal } from '../support/terminal.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

// Counts in a loop without calls, until the first word of memory is no longer zero.
const ENDLESS = `(module
  (memory 1)
  (func $spin (param $times i64)
    (loop $again
      (local.set $times (i64.add (local.get $times) (i64.const 1)))
      (br_if $again (i32.eqz (i32.load (i32.const 0))))))
  (func (export "_start") (call $spin (i64.const 0))))`;

const PROMPT = '(witness) ';
const ESCAPE = '\x1b';

test.skipIf(noTerminal !== undefined)(
  'is the default, edits, completes, colours, remembers, and stops at Ctrl-C',
  async () => {
    const program = space.wat('endless.wasm', ENDLESS);
    const env = { XDG_STATE_HOME: space.path('state'), NO_COLOR: '' };
    const terminal = openTerminal(['run', program], { cwd: space.directory, env });
    await terminal.until(PROMPT);
    // Editing: the wrong word is taken back. Completion: of the command, then of the function.
    terminal.type('wrong\x15bre\t');
    await terminal.until('break ');
    terminal.type('sp\t');
    await terminal.until('in ');
    terminal.type('\r');
    await terminal.until(`Breakpoint 1: ${ESCAPE}[33mspin${ESCAPE}[0m`);
    await terminal.until(PROMPT);
    terminal.type('run\r');
    await terminal.until('Breakpoint 1');
    await terminal.until(PROMPT);
    // A loop without calls is stopped by Ctrl-C.
    terminal.type('continue\r');
    await terminal.until('continue');
    await new Promise((resolve) => setTimeout(resolve, 300));
    terminal.type('\x03');
    await terminal.until('Interrupted');
    await terminal.until(PROMPT);
    // A line that is written already is given up; the history has what was run.
    terminal.type('nonsense\x03');
    await terminal.until(PROMPT);
    terminal.type('\x1b[A\r');
    await terminal.until('continue');
    await new Promise((resolve) => setTimeout(resolve, 300));
    terminal.type('\x03');
    await terminal.until('Interrupted');
    await terminal.until(PROMPT);
    terminal.type('set u8[0] = 1\r');
    await terminal.until(PROMPT);
    terminal.type('c\r');
    await terminal.until('The program has ended.');
    await terminal.until(PROMPT);
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
    expect(readFileSync(space.path('state/witness/history'), 'utf8').split('\n')).toEqual([
      'break spin',
      'run',
      'continue',
      'set u8[0] = 1',
      'c',
      '',
    ]);
  },
);

test.skipIf(noTerminal !== undefined)(
  'leaves at a second Ctrl-C if the host does not return, and NO_COLOR is respected',
  async () => {
    const js = space.file(
      'block.mjs',
      `export function block() {
        console.log('blocked');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      }`,
    );
    const program = space.wat(
      'block.wasm',
      '(module (import "js" "block" (func $block)) (func (export "_start") (call $block)))',
    );
    const env = { XDG_STATE_HOME: space.path('state'), NO_COLOR: '1' };
    const terminal = openTerminal(['run', '--import', `js=${js}`, program], {
      cwd: space.directory,
      env,
    });
    await terminal.until(PROMPT);
    terminal.type('step\r');
    await terminal.until('=> ');
    await terminal.until(PROMPT);
    terminal.type('c\r');
    await terminal.until('blocked');
    terminal.type('\x03');
    await new Promise((resolve) => setTimeout(resolve, 300));
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).not.toContain(`${ESCAPE}[3`);
  },
);
