/** What is run: each program checks the result of every round itself. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { commandProgram } from './command-program.ts';
import { cpuTime } from './cpu-time.ts';
import { EXPECTED } from './expected.ts';
import { packagePrograms } from './packages.ts';
import type { Target } from './target.ts';

export interface Runnable {
  /** Runs the program once. @returns milliseconds of its own work, by `cpuTime` */
  round(): number | Promise<number>;
}

export interface Program {
  readonly name: string;
  /** How it was compiled: optimized, or not. */
  readonly level: 'O2' | 'O0';
  open(target: Target): Promise<Runnable>;
}

export const root = join(import.meta.dirname, '..');
export const sources = join(import.meta.dirname, 'programs');
export const compiled = join(import.meta.dirname, 'out');
const sightglass = join(root, '../shared/corpus/sightglass');

/** Of the shootout, those that take between 20 ms and 2 s: seven rounds of seven ways of the others take an hour. */
const SHOOTOUT = [
  'base64',
  'ctype',
  'ed25519',
  'fib2',
  'heapsort',
  'keccak',
  'matrix',
  'memmove',
  'minicsv',
  'nestedloop',
  'random',
  'ratelimit',
  'sieve',
  'switch',
  'xblabla20',
  'xchacha20',
];

/** Names of the programs in C, without the ending. */
export function cPrograms(): string[] {
  return readdirSync(sources)
    .filter((file) => file.endsWith('.c'))
    .map((file) => basename(file, '.c'));
}

export function allPrograms(): Program[] {
  const own = cPrograms().flatMap((name) => [cProgram(name, 'O2'), cProgram(name, 'O0')]);
  return [...packagePrograms, ...corpusPrograms(), ...own];
}

export function program(name: string): Program {
  const found = allPrograms().find((p) => p.name === name);
  if (found === undefined) throw new Error(`no program '${name}'`);
  return found;
}

function corpusPrograms(): Program[] {
  const shootout = SHOOTOUT.map((name) =>
    commandProgram(`shootout-${name}`, join(sightglass, 'shootout'), `shootout-${name}`),
  );
  return [
    ...shootout,
    // Its input is not always kept with it.
    existsSync(join(sightglass, 'blake3-simd/default.input'))
      ? commandProgram('blake3-simd', join(sightglass, 'blake3-simd'), 'benchmark')
      : undefined,
    commandProgram('kotlin-richards', join(sightglass, 'kotlin-richards'), 'kotlin-richards'),
  ].filter((p) => p !== undefined);
}

function cProgram(name: string, level: 'O2' | 'O0'): Program {
  const expected = EXPECTED[name];
  return {
    name: `${name}-${level}`,
    level,
    async open(target) {
      const bytes = await readFile(join(compiled, `${name}-${level}.wasm`));
      const exports = target.compile(new Uint8Array(bytes))({});
      const run = exports['run'] as () => number;
      return {
        round() {
          const begin = cpuTime();
          const result = target.enter(run) >>> 0;
          const time = cpuTime() - begin;
          if (result !== expected) throw new Error(`${name}: ${result}, not ${expected}`);
          return time;
        },
      };
    },
  };
}
