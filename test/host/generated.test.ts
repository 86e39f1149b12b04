import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GENERATED, hostTypes } from '../../scripts/generate-host-types.ts';

it('has host types that are what jco makes of wit/', async () => {
  const wanted = await hostTypes();
  const entries = await readdir(GENERATED, { recursive: true, withFileTypes: true });
  const present = new Map<string, string>();
  for (const entry of entries.filter((e) => e.isFile())) {
    const path = join(entry.parentPath, entry.name);
    present.set(path.slice(GENERATED.length + 1), await readFile(path, 'utf8'));
  }
  expect(present, 'run: node scripts/generate-host-types.ts').toEqual(wanted);
});
