/**
 * Copies the generated declaration files of src/ to dist/, and those of the world as a guest sees it to
 * dist/guest: the compiler reads them and leaves them out of what it writes, though the declarations that
 * it writes refer to them.
 */

import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { root } from './run.ts';

const source = join(root, 'src');

for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith('.d.ts')) continue;
  const file = join(entry.parentPath, entry.name);
  const target = join(root, 'dist', relative(source, file));
  await mkdir(dirname(target), { recursive: true });
  await cp(file, target);
}

const guest = join(root, 'dist', 'guest');
const world = join(guest, 'world');
const generated = join(root, 'guest-debuggers', 'repl', 'src', 'generated', 'interfaces');
await cp(generated, world, { recursive: true });
await cp(
  join(root, 'guest-debuggers', 'trace', 'src', 'world.d.ts'),
  join(world, 'print-debugger-info.d.ts'),
);
// Who imports witness/guest then has the types of the world too.
const declarations = join(guest, 'guest-debuggers', 'shared', 'src', 'guest.d.ts');
const files = (await readdir(world)).sort();
const references = files.map((file) => `/// <reference path="../../../world/${file}" />\n`);
await writeFile(declarations, references.join('') + (await readFile(declarations, 'utf8')));
