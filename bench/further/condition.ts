/** A breakpoint of the debugger `repl` with a condition that never holds. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { root } from '../programs.ts';
import { minimum } from '../statistics.ts';
import type { Figure } from './figure.ts';

const FEW = 10;
const MANY = 20_000;
const ROUNDS = 3;
/** `run (times)` calls `work` so many times, with the number of the call. */
const PROGRAM = `(module
  (func $work (param i32) (result i32) local.get 0)
  (func (export "run") (param i32) (result i32) (local i32)
    loop $again
      local.get 1
      call $work
      i32.const 1
      i32.add
      local.tee 1
      local.get 0
      i32.lt_s
      br_if $again
    end
    local.get 1))`;

export async function falseConditions(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'witness-condition-'));
  try {
    const program = join(directory, 'program.wasm');
    const commands = join(directory, 'commands');
    writeFileSync(program, await parse(PROGRAM));
    writeFileSync(commands, 'break work if $0 < 0\ncontinue\n');
    const time = (hits: number) =>
      minimum(Array.from({ length: ROUNDS }, () => run(program, commands, hits)));
    const once = time(FEW);
    return [
      {
        name: 'breakpoint of the repl with a condition that is false',
        value: ((time(MANY) - once) / (MANY - FEW)) * 1000,
        unit: 'us a hit',
      },
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Milliseconds of a whole `witness run`. */
function run(program: string, commands: string, hits: number): number {
  const witness = join(root, 'bin/witness.js');
  const options = ['-D', 'repl', '--commands', commands, '--invoke', 'run'];
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [witness, 'run', ...options, program, String(hits)],
    { encoding: 'utf8' },
  );
  const time = performance.now() - begin;
  if (status !== 0 || stdout.trim() !== String(hits)) {
    throw new Error(`exit status ${status}: ${stdout}${stderr}`);
  }
  return time;
}
