/**
 * How long `witness run` takes, as built into `dist`, from the start of its process to what the
 * program prints first, which it does as soon as it runs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { root } from '../programs.ts';
import { minimum } from '../statistics.ts';
import type { Figure } from './figure.ts';

const ROUNDS = 7;
const COLD_ROUNDS = 3;
const PROGRAM = `(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\08\\00\\00\\00\\03\\00\\00\\00hi\\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))))`;

export async function start(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'witness-start-'));
  try {
    const program = join(directory, 'hi.wasm');
    writeFileSync(program, await parse(PROGRAM));
    const witness = (name: string) => [
      join(root, 'bin/witness.js'),
      ...['run', '-D', name, '--debugger-output', '/dev/null', program],
    ];
    const none = [join(root, 'bin/witness.js'), 'run', '-D', 'none', program];
    const times = async (count: number, args: readonly string[], cache: (i: number) => string) => {
      const found: number[] = [];
      for (let i = 0; i < count; i++)
        found.push(await untilOutput(args, join(directory, cache(i))));
      return minimum(found);
    };
    const cold = (i: number) => `cold-${i}`;
    const warm = () => 'cold-0';
    const figure = (name: string, value: number): Figure => ({ name, value, unit: 'ms' });
    return [
      figure('node, until a script prints', await times(ROUNDS, ['-e', 'console.log(1)'], warm)),
      figure('start of `witness run -D none`, cold', await times(COLD_ROUNDS, none, cold)),
      {
        ...figure('start of `witness run -D none`, warm', await times(ROUNDS, none, warm)),
        goal: { atMost: 250 },
      },
      figure(
        'start of `witness run -D trace`, cold',
        await times(COLD_ROUNDS, witness('trace'), cold),
      ),
      figure('start of `witness run -D trace`, warm', await times(ROUNDS, witness('trace'), warm)),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Milliseconds until a process of Node's has printed something. */
async function untilOutput(args: readonly string[], cache: string): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const first = once(child.stdout, 'data');
  await Promise.race([first, ended]);
  const time = performance.now() - begin;
  child.stdout.resume();
  const [status] = (await ended) as [number | null];
  if (status !== 0) throw new Error(`${args.join(' ')}: exit status ${status}`);
  return time;
}
