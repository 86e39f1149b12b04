/**
 * The programs that Witness is tried on: of every kind, made by many tools. `programs.test.ts` debugs
 * each, and checks that docs/programs.md has the table of them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Tried {
  readonly name: string;
  readonly kind: 'core module' | 'JavaScript' | 'component';
  /** What made it, and where it is from. */
  readonly from: string;
  readonly file: string;
  /** Options of `witness run`. */
  readonly options?: readonly string[];
  readonly args?: readonly string[];
  readonly stdin?: string;
  readonly cwd?: string;
  /** Where to stop, as the REPL has it. */
  readonly location: string;
  /** Where to read 16 bytes; undefined if the program has no memory. */
  readonly address: string | undefined;
  /**
   * What prints the same without Witness: Node's own WASI, Node, jco; or the lines that are known to
   * be right.
   */
  readonly without: 'node:wasi' | 'node' | 'jco' | { readonly stdout: string };
  /** From the shared corpus: it may be absent. */
  readonly corpus?: true;
}

const root = new URL('../../../', import.meta.url);
const path = (name: string): string => fileURLToPath(new URL(name, root));
const example = (name: string): string => path(`examples/${name}`);
const here = (name: string): string => path(`test/cli/programs/${name}`);
const shootout = path('../shared/corpus/sightglass/shootout/');
const kotlin = path('../shared/corpus/sightglass/kotlin-richards/');
const expectedOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

const TEXT = 'It was the best of times,\nit was the worst of times.\n'.repeat(20);

function benchmark(name: string, location: string): Tried {
  return {
    name: `shootout ${name}`,
    kind: 'core module',
    from: 'C, Clang -O; Sightglass',
    file: `shootout-${name}.wasm`,
    options: ['--dir=.', `--import=bench=${here('bench.mjs')}`],
    cwd: shootout,
    location,
    address: '1024',
    without: 'node:wasi',
    corpus: true,
  };
}

function javascript(name: string, from: string, file: string, location: string): Tried {
  return { name, kind: 'JavaScript', from, file, location, address: '1024', without: 'node' };
}

export const CATALOGUE: readonly Tried[] = [
  {
    name: 'fib',
    kind: 'core module',
    from: 'C, Clang -O0; examples/fib.c',
    file: example('out/fib.wasm'),
    args: ['10'],
    location: 'fib',
    address: '1024',
    without: 'node:wasi',
  },
  {
    name: 'words',
    kind: 'core module',
    from: 'C, Clang -O0; examples/words.c',
    file: example('out/words.wasm'),
    stdin: TEXT,
    location: 'count_byte',
    address: '1024',
    without: 'node:wasi',
  },
  {
    name: 'sort, invoked',
    kind: 'core module',
    from: 'text format; examples/sort.wat',
    file: example('out/sort.wasm'),
    options: [`--import=host=${here('host.mjs')}`, '--invoke=sort'],
    args: ['4'],
    location: 'sort',
    address: '0',
    without: { stdout: '' },
  },
  benchmark('keccak', 'keccak_core'),
  benchmark('base64', '__original_main'),
  benchmark('gimli', '__original_main'),
  {
    ...javascript('sort.mjs', 'glue by hand; examples/sort.mjs', example('sort.mjs'), 'swap'),
    args: ['3', '1', '2'],
    address: '0',
  },
  javascript('SQLite', 'Emscripten; sql.js', here('sqlite.mjs'), 'sqlite3_step'),
  javascript('Brotli', 'Rust, wasm-bindgen; brotli-wasm', here('brotli.cjs'), 'compress'),
  javascript('SHA-256', 'AssemblyScript; @chainsafe/as-sha256', here('sha256.mjs'), 'digest'),
  javascript('ES module lexer', 'C, glue by hand; es-module-lexer', here('lexer.mjs'), 'parse'),
  javascript('WABT', 'C++, Emscripten; wabt', here('wabt.mjs'), 'ca'),
  javascript(
    'wasm-tools',
    'Rust, jco transpile; @bytecodealliance/jco-transpile',
    here('transpiled.mjs'),
    'm*!local:wasm-tools/tools#parse',
  ),
  javascript('ES module', 'import of examples/sort.wat; Node', here('module.mjs'), 'sort'),
  {
    name: 'fib component',
    kind: 'component',
    from: 'C, Clang -O0, jco new; examples/fib.c',
    file: example('out/fib.component.wasm'),
    args: ['10'],
    location: 'fib',
    address: '1024',
    without: 'jco',
  },
  {
    name: 'words component',
    kind: 'component',
    from: 'C, Clang -O0, jco new; examples/words.c',
    file: example('out/words.component.wasm'),
    stdin: TEXT,
    location: 'count_byte',
    address: '1024',
    without: 'jco',
  },
  {
    name: 'kotlin-richards',
    kind: 'component',
    from: 'Kotlin, with GC and exceptions; Sightglass',
    file: 'kotlin-richards.wasm',
    options: ['--dir=.', `--import=bench=${here('bench.mjs')}`],
    cwd: kotlin,
    location: '_start',
    address: '1024',
    // jco alone cannot run it.
    without: { stdout: expectedOf(`${kotlin}kotlin-richards.stdout.expected`) },
    corpus: true,
  },
  {
    name: 'place-order, invoked',
    kind: 'component',
    from: 'text format, WIT; test/support/components.ts',
    file: 'echoes.wasm',
    options: ['--invoke=place-order'],
    args: ['{item-count: 3, name: "tea", size: none}'],
    location: 'place-order',
    address: '4096',
    without: { stdout: '{item-count: 3, name: "tea"}\n' },
  },
  {
    name: 'twice, invoked',
    kind: 'component',
    from: 'text format, a component in a component; test/support/components.ts',
    file: 'nested.wasm',
    options: ['--invoke=twice'],
    args: ['21'],
    location: 'add',
    address: undefined,
    without: { stdout: '42\n' },
  },
];
