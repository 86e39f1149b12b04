/** `witness functions`, `witness disassemble` and `witness completion`. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { assemble } from '../engine/debuggee.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const TEXT = `(module
  (import "env" "log" (func $log (param i32)))
  (func $first (export "begin") (param $n i32) (result i32)
    (block $out (result i32)
      (drop (br_if $out (local.get $n) (i32.const 1)))
      (f32.const nan:0x200000) (drop)
      (i32.load8_u offset=4 (local.get $n))))
  (func (export "second") (call $log (i32.const -1))))`;

const module = await assemble(TEXT);
space.file('p.wasm', module);
// A component is sections too; a core module is one of id 1 (component-model, Binary.md).
const section = [1, 0x80 | (module.length & 0x7f), module.length >> 7, ...module];
const preamble = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
space.file('c.wasm', Uint8Array.from([...preamble, ...section, ...section]));

async function output(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await witness(args, { cwd: space.directory });
  return `${stdout}${stderr}${status === 0 ? '' : `exit ${status}\n`}`;
}

describe('witness functions', () => {
  test('lists all, or those that match', async () => {
    expect(await output('functions', 'p.wasm')).toMatchInlineSnapshot(`
      "    0  imported  log (i32)
          1  0x42      first (i32) -> (i32)
          2  0x5a      second ()
      "
    `);
    expect(await output('functions', 'p.wasm', 'B*IN')).toMatchInlineSnapshot(`
      "    1  0x42      first (i32) -> (i32)
      "
    `);
    expect(await output('functions', 'p.wasm', 'x')).toMatchInlineSnapshot(`
      "witness: p.wasm: no function matches "x"
      exit 2
      "
    `);
    expect(await output('functions', 'c.wasm', 'second')).toMatchInlineSnapshot(`
      "m0
          2  0x5a      m0!second ()
      m1
          2  0x5a      m1!second ()
      "
    `);
  });
});

describe('witness disassemble', () => {
  test('shows a function by name, index or pc, or all', async () => {
    const byName = await output('disassemble', 'p.wasm', 'begin');
    expect(byName).toMatchInlineSnapshot(`
      "first (i32) -> (i32):
        0x42  block (result i32)
        0x44    local.get $n
        0x46    i32.const 1
        0x48    br_if 0
        0x4a    drop
        0x4b    f32.const nan:0x200000
        0x50    drop
        0x51    local.get $n
        0x53    i32.load8_u offset=4
        0x56  end
        0x57  end
      "
    `);
    expect(await output('disassemble', 'p.wasm', '1')).toBe(byName);
    expect(await output('disassemble', 'p.wasm', '0x4c')).toBe(byName);
    expect(await output('disassemble', 'p.wasm')).toContain(byName);
    expect(await output('disassemble', 'p.wasm', 'log')).toMatchInlineSnapshot(`
      "log (i32): imported
      "
    `);
    expect(await output('disassemble', 'p.wasm', 'secnd')).toMatchInlineSnapshot(`
      "witness: p.wasm has no function "secnd"; did you mean second?
      exit 2
      "
    `);
    expect(await output('disassemble', 'c.wasm', 'm1!second')).toMatchInlineSnapshot(`
      "m1
      second ():
        0x5a  i32.const -1
        0x5c  call $log
        0x5e  end
      "
    `);
  });

  test('says what is wrong with a file', async () => {
    space.file('cut.wasm', module.subarray(0, 40));
    expect(await output('disassemble', 'cut.wasm')).toMatchInlineSnapshot(`
      "witness: cannot read cut.wasm: unexpected end: section 3 of 3 bytes (at offset 0x24)
      exit 125
      "
    `);
    expect(await output('functions', 'none.wasm')).toMatchInlineSnapshot(`
      "witness: cannot read the program none.wasm: no such file
      exit 125
      "
    `);
  });
});

const hasBash = spawnSync('bash', ['--version']).status === 0;

test.skipIf(!hasBash)('the script for bash completes', async () => {
  const script = await output('completion', 'bash');
  const complete = (...words: string[]) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const asked = `COMP_WORDS=(witness ${list}); COMP_CWORD=${words.length}; _witness; echo "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', `${script}\n${asked}`], { encoding: 'utf8' });
    return stdout.trim();
  };
  expect(complete('r')).toBe('run');
  expect(complete('run', '--tr')).toBe('--traps');
  expect(complete('run', '--traps', 'n')).toBe('native');
  expect(complete('run', '-D', 're')).toBe('repl');
  expect(complete('completion', '')).toBe('bash zsh fish');
});

test('there are scripts for zsh and fish', async () => {
  expect(await output('completion', 'zsh')).toContain('#compdef witness');
  expect(await output('completion', 'fish')).toContain('-l debugger-output');
});
