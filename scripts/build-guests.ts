/**
 * Builds the debugger components: guest-debuggers/NAME/src/main.ts to guest-debuggers/NAME/dist/NAME.wasm
 * (world NAME of guest-debuggers/NAME/wit), and the types of what it imports to
 * guest-debuggers/NAME/src/generated. `--types` makes the types alone. A folder without wit/ holds what
 * components share.
 */

import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { componentize } from '@bytecodealliance/componentize-js';
import { rolldown } from 'rolldown';
import './guest-bindings.ts';
import './preopen-root.ts';
import { isUpToDate } from './out-of-date.ts';
import { root, run } from './run.ts';

const guests = join(root, 'guest-debuggers');
const typesOnly = process.argv.includes('--types');

for (const entry of await readdir(guests, { withFileTypes: true })) {
  if (existsSync(join(guests, entry.name, 'wit'))) await build(entry.name);
}

async function build(name: string): Promise<void> {
  const guest = join(guests, name);
  const component = join(guest, 'dist', `${name}.wasm`);
  const generated = join(guest, 'src', 'generated');
  const wits = [join(root, 'wit'), join(guest, 'wit')];
  const tools = [import.meta.dirname, join(root, 'package-lock.json')];
  const typesStamp = join(generated, `${name}.d.ts`);
  const freshTypes = await isUpToDate(typesStamp, [...wits, ...tools]);
  const sources = [join(guest, 'src'), join(guests, 'shared'), join(root, 'src', 'wasm')];
  const freshComponent =
    typesOnly || (await isUpToDate(component, [...wits, ...tools, ...sources], generated));
  if (freshTypes && freshComponent) return;

  // WIT finds dependencies only in the world's own folder: the contract is copied in for the build,
  // so that the repository holds it once.
  const work = await mkdtemp(join(tmpdir(), 'witness-guest-'));
  try {
    const wit = join(work, 'wit');
    await cp(join(guest, 'wit'), wit, { recursive: true });
    const contract = join(wit, 'deps', 'wasmtime');
    await mkdir(contract, { recursive: true });
    for (const file of await readdir(join(root, 'wit'))) {
      if (file.endsWith('.wit')) await cp(join(root, 'wit', file), join(contract, file));
    }
    if (!freshTypes) await makeTypes(name, wit, generated);
    if (!freshComponent) {
      const bundle = join(work, 'bundle.js');
      await bundleGuest(join(guest, 'src', 'main.ts'), bundle);
      await makeComponent(name, bundle, wit, component);
    }
  } finally {
    await rm(work, { recursive: true });
  }
}

async function makeTypes(world: string, wit: string, out: string): Promise<void> {
  await rm(out, { recursive: true, force: true });
  const jco = join(root, 'node_modules', '@bytecodealliance', 'jco', 'dist', 'jco.js');
  const preopen = join(import.meta.dirname, 'preopen-root.ts');
  await run(process.execPath, [
    '--import',
    preopen,
    jco,
    'guest-types',
    wit,
    '-n',
    world,
    '-o',
    out,
  ]);
}

async function bundleGuest(input: string, file: string): Promise<void> {
  const bundle = await rolldown({
    input,
    external: /^(bytecodealliance:|wasi:|print-debugger-info$)/,
    // The embedded engine does not know `using`.
    transform: { target: 'es2022' },
  });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
}

async function makeComponent(
  world: string,
  bundle: string,
  wit: string,
  file: string,
): Promise<void> {
  const started = performance.now();
  const { component } = await componentize({
    sourcePath: bundle,
    witPath: wit,
    worldName: world,
    // What the world does not import is not there: any host of the world can run the component.
    disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, component);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { length } = await readFile(file);
  console.log(`${basename(file)}: ${(length / 1e6).toFixed(1)} MB in ${seconds} s`);
}
