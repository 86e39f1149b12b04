/**
 * Large modules as npm packages have them, with the packages' own JavaScript around them: what they
 * instantiate by themselves goes to the target all the same. JavaScript's share of the work is part of
 * the time, in every variant.
 */
import { readFileSync } from 'node:fs';
import { cpuTime } from './cpu-time.ts';
import type { Program } from './programs.ts';
import type { Target } from './target.ts';

interface Package {
  readonly name: string;
  /** Imports the package, when the target has taken over `WebAssembly`. @returns one round of work */
  load(): Promise<() => void>;
}

const PACKAGES: readonly Package[] = [
  { name: 'sqlite', load: sqlite },
  { name: 'wasm-tools', load: wasmTools },
];

export const packagePrograms: readonly Program[] = PACKAGES.map(({ name, load }) => ({
  name,
  level: 'O2',
  async open(target: Target) {
    target.takeOver();
    const work = await load();
    return {
      round() {
        const begin = cpuTime();
        target.enter(work);
        return cpuTime() - begin;
      },
    };
  },
}));

function check(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${found}, not ${expected}`);
}

interface Database {
  run(sql: string): void;
  prepare(sql: string): { run(values: readonly unknown[]): void; free(): void };
  exec(sql: string): { readonly values: readonly (readonly unknown[])[] }[];
  close(): void;
}

const ROWS = 24000;
const GROUPS = 97;

/** SQLite in C, by Emscripten (sql.js): a table in memory is filled, indexed, joined and summed. */
async function sqlite(): Promise<() => void> {
  const { default: open } = (await import(packageFile('sql.js'))) as {
    default: () => Promise<{ Database: new () => Database }>;
  };
  const { Database } = await open();
  return () => {
    const database = new Database();
    database.run('create table item (id integer primary key, part integer, name text, price real)');
    database.run('begin');
    const insert = database.prepare('insert into item values (?, ?, ?, ?)');
    for (let id = 0; id < ROWS; id++) {
      insert.run([id, (id * 7919) % GROUPS, `item ${(id * 31) % ROWS}`, id / 4]);
    }
    insert.free();
    database.run('commit');
    database.run('create index by_name on item (name, part)');
    const [grouped] = database.exec(
      'select part, count(*), sum(price) from item group by part order by sum(price) desc',
    );
    check('sqlite, groups', grouped!.values.length, GROUPS);
    const prices = grouped!.values.reduce((sum, row) => sum + (row[2] as number), 0);
    check('sqlite, sum', prices, (ROWS * (ROWS - 1)) / 8);
    const [joined] = database.exec(
      "select count(*) from item a join item b on b.name = 'item ' || a.id where a.id <> b.id",
    );
    check('sqlite, join', joined!.values[0]![0], othersOfThatName());
    const [text] = database.exec("select count(*) from item where name like '%em 1%2%'");
    check('sqlite, like', text!.values[0]![0], namesLike());
    database.close();
  };
}

/** How many rows have another number in their name than their own. */
function othersOfThatName(): number {
  return ids().filter((id) => (id * 31) % ROWS !== id).length;
}

function namesLike(): number {
  return ids().filter((id) => /em 1.*2/.test(`item ${(id * 31) % ROWS}`)).length;
}

function ids(): number[] {
  return Array.from({ length: ROWS }, (_, id) => id);
}

interface WasmTools {
  readonly $init: Promise<void>;
  readonly tools: { parse(text: string): Uint8Array; print(binary: Uint8Array): string };
}

/** The wasm-tools in Rust (of jco): the text of a module of 700 KB to binary and back. */
async function wasmTools(): Promise<() => void> {
  const { $init, tools } = (await import(
    packageFile('@bytecodealliance/jco-transpile', '../vendor/wasm-tools.js')
  )) as WasmTools;
  await $init;
  const file = packageFile('sql.js', 'sql-wasm.wasm');
  const binary = new Uint8Array(readFileSync(new URL(file)));
  // Once there and back first: a text may order custom sections in another way than the binary.
  const text = tools.print(tools.parse(tools.print(binary)));
  return () => {
    const again = tools.print(tools.parse(text));
    if (again !== text) throw new Error('wasm-tools: the text came back as another one');
  };
}

/** @returns the URL of a file of a package, by its path from the package's entry */
export function packageFile(name: string, path = ''): string {
  return new URL(path, import.meta.resolve(name)).href;
}
