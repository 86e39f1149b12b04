/**
 * Copies the generated declaration files of src/ to dist/: the compiler reads them and leaves them
 * out of what it writes, though the declarations that it writes refer to them.
 */

import { cp, mkdir, readdir } from 'node:fs/promises';
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
