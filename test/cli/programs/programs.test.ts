/**
 * Every program of the catalogue, debugged with the REPL as its user would: stopped in a function,
 * looked at, stepped, its memory read, then run to its end with the output that it has without Witness.
 * UPDATE_GOLDEN=1 writes the table into docs/programs.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { echoesComponent, NESTED } from '../../support/components.ts';
import { type Ended, plainNode, witness } from '../../support/witness.ts';
import { createWorkspace } from '../../support/workspace.ts';
import { CATALOGUE, type Tried } from './catalogue.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

beforeAll(async () => {
  space.file('echoes.wasm', await echoesComponent());
  space.file('nested.wasm', await parse(NESTED));
});

const DOCUMENT = fileURLToPath(new URL('../../../docs/programs.md', import.meta.url));
const JCO = fileURLToPath(
  new URL('../../../node_modules/@bytecodealliance/jco/dist/jco.js', import.meta.url),
);
const PLAIN_MODULE = fileURLToPath(new URL('plain-module.mjs', import.meta.url));

/** In a test run the machine may have much else to do. */
const TIMEOUT = 240_000;

const isThere = ({ corpus, cwd = '' }: Tried) => corpus === undefined || existsSync(cwd);
const rows = new Map<string, string>();

test.each(CATALOGUE.filter(isThere))('$kind: $name', { timeout: TIMEOUT }, async (tried) => {
  const [debugged, without] = await Promise.all([debug(tried), runWithout(tried)]);
  const { ended, said } = debugged;
  expect(ended).toEqual(without);

  const function_ = tried.location.replace(/^m\*!/, '');
  const stop = said('run');
  expect(stop).toMatch(/^Breakpoint 1$/m);
  const frame = /^#0 +(?:m\d+!)?(.*?)\(.*\) at 0x[0-9a-f]+$/m.exec(stop);
  expect(frame?.[1]).toBe(function_);
  const frames = said('backtrace').match(/^[* ] #\d+ +.* at 0x[0-9a-f]+$/gm) ?? [];
  expect(frames[0]).toContain(`${function_}(`);
  expect(frames.length).toBeGreaterThan(0);
  const at = (text: string) => /=> (0x[0-9a-f]+) /.exec(text)?.[1];
  expect(at(said('step'))).toMatch(/^0x/);
  expect(at(said('step'))).not.toBe(at(stop));
  const memory = tried.address === undefined ? '' : said(`memory ${tried.address} 16`);
  if (tried.address !== undefined) expect(memory).toMatch(/^[0-9a-f]{8} ( {1,2}[0-9a-f]{2}){16} /);
  expect(said('continue')).toMatch(/The program has ended/);

  rows.set(
    tried.name,
    [
      tried.name,
      tried.kind,
      tried.from,
      `\`${function_}\``,
      frames.length,
      tried.address === undefined ? 'no memory' : '16 bytes read',
      `${Buffer.byteLength(without.stdout)} bytes, status ${without.status}`,
    ].join(' | '),
  );
});

test('docs/programs.md has the table of them', () => {
  const head = 'program | kind | made by; from | stopped in | frames there | memory | same output';
  const lines = [head, head.replaceAll(/[^|]+/g, ' --- ').trim()];
  const document = readFileSync(DOCUMENT, 'utf8');
  const block = /(<!-- programs -->\n)([\s\S]*?)(<!-- end -->)/;
  const known = block.exec(document)?.[2]?.split('\n') ?? [];
  // Those that could not be tried here keep what is written of them.
  for (const { name } of CATALOGUE) {
    const row = rows.get(name);
    lines.push(
      row === undefined
        ? (known.find((line) => line.startsWith(`| ${name} |`)) ?? name)
        : `| ${row} |`,
    );
  }
  const [first, second, ...rest] = lines;
  const table = [`| ${first} |`, `| ${second} |`, ...rest].map((line) => `${line}\n`).join('');
  const updated = document.replace(block, (_, begin, __, end) => `${begin}${table}${end}`);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(DOCUMENT, updated);
  else expect(updated).toBe(document);
});

for (const { name } of CATALOGUE.filter((tried) => !isThere(tried))) {
  test.skip(`${name}: its corpus is not there (../shared/corpus/sightglass)`, () => {});
}

/** @returns how it ended, and what the REPL said to each command */
async function debug(tried: Tried): Promise<{ ended: Ended; said: (command: string) => string }> {
  const { name, file, location, address, options = [], args = [] } = tried;
  const read = address === undefined ? [] : [`memory ${address} 16`];
  const commands = [`break ${location}`, 'run', 'backtrace', ...read, 'step', 'delete', 'continue'];
  const script = space.file(`${name}.commands`, commands.map((line) => `${line}\n`).join(''));
  const output = space.path(`${name}.output`);
  const words = ['-D', 'repl', '--commands', script, '--debugger-output', output];
  // The program's own input stays its own, as the commands come from a file.
  const ended = await witness(['run', ...words, ...options, file, ...args], spawnOptions(tried));
  const text = readFileSync(output, 'utf8');
  const said = (command: string): string => {
    const [, ...sections] = text.split('(witness) ');
    const section = sections.find((one) => one.startsWith(`${command}\n`));
    if (section === undefined) throw new Error(`no "${command}" in:\n${text}`);
    return section.slice(command.length + 1);
  };
  return { ended, said };
}

function spawnOptions({ cwd = space.directory, stdin }: Tried) {
  return { cwd, ...(stdin === undefined ? {} : { stdin }) };
}

async function runWithout(tried: Tried): Promise<Ended> {
  const { file, args = [], without } = tried;
  if (typeof without === 'object') {
    return { status: 0, signal: undefined, stderr: '', ...without };
  }
  const words = {
    'node:wasi': ['--no-warnings', PLAIN_MODULE, file],
    node: [file],
    jco: [JCO, 'run', file],
  }[without];
  return plainNode([...words, ...args], spawnOptions(tried));
}
