/** The cache of transpiled components: what is in it, where it is, and who else writes to it. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultCacheDir, transpileCached } from '../../src/host/transpile.ts';
import { debuggerComponent } from '../support/component.ts';
import { hello } from '../support/programs.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

let component: Uint8Array;
beforeAll(async () => {
  component = await debuggerComponent('');
});

const fresh = () => mkdtemp(join(space.directory, 'cache-'));

it('is made for speed: host calls do not read the environment', async () => {
  const { source } = await transpileCached(component, await fresh());
  expect(source.includes('_debugLog = ')).toBe(true);
  expect(source.includes('JCO_DEBUG')).toBe(false);
});

it('is shared by processes that start at once', async () => {
  const XDG_CACHE_HOME = await fresh();
  const program = space.wat('hello.wasm', hello(3));
  const debug = space.file('d.wasm', component);
  const runs = Array.from({ length: 4 }, () =>
    witness(['run', '-D', debug, program], { env: { XDG_CACHE_HOME } }),
  );
  for (const end of await Promise.all(runs)) {
    expect(end).toMatchObject({ status: 3, stdout: 'hello\n', stderr: 'oops\n' });
  }
  const cache = join(XDG_CACHE_HOME, 'witness');
  expect(await readdir(cache)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.component$/)]);
});

it('does not run what is whole but of another form', async () => {
  const cache = await fresh();
  const made = await transpileCached(component, cache);
  const [name] = await readdir(cache);
  for (const foreign of [undefined, 'text', { source: 'throw 1' }, { ...made, fit: {} }]) {
    const content = serialize(foreign);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(crc32(content));
    await writeFile(join(cache, name!), Buffer.concat([checksum, content]));
    expect(await transpileCached(component, cache)).toEqual(made);
    expect((await readFile(join(cache, name!))).length).toBeGreaterThan(1000);
  }
});

it('is not used if it is a file, and does without if it cannot be written', async () => {
  const made = await transpileCached(component, await fresh());
  const file = space.file('file', 'x');
  expect(await transpileCached(component, file)).toEqual(made);
  const closed = await fresh();
  await chmod(closed, 0o500);
  expect(await transpileCached(component, closed)).toEqual(made);
  await chmod(closed, 0o700);
});

it('is not used if everybody can write there', async () => {
  const cache = await fresh();
  await chmod(cache, 0o777);
  await transpileCached(component, cache);
  expect(await readdir(cache)).toEqual([]);
});

// Only root can give a directory to somebody else.
it.runIf(process.getuid?.() === 0)('is not trusted if it is somebody else’s', async () => {
  const { chown } = await import('node:fs/promises');
  const cache = await fresh();
  await transpileCached(component, cache);
  const [name] = await readdir(cache);
  await rm(join(cache, name!));
  await chown(cache, 12345, 12345);
  await transpileCached(component, cache);
  expect(await readdir(cache)).toEqual([]);
});

describe('its place', () => {
  it.each<[Record<string, string>, NodeJS.Platform, string, string]>([
    [{ XDG_CACHE_HOME: '/x' }, 'linux', '/home/a', '/x/witness'],
    [{ XDG_CACHE_HOME: '/x' }, 'darwin', '/Users/a', '/x/witness'],
    [{ XDG_CACHE_HOME: 'x' }, 'linux', '/home/a', '/home/a/.cache/witness'],
    [{}, 'linux', '/home/a', '/home/a/.cache/witness'],
    [{}, 'darwin', '/Users/a', '/Users/a/Library/Caches/witness'],
    [{ LOCALAPPDATA: '/L' }, 'win32', '/a', '/L/witness/Cache'],
    [{}, 'linux', '', join(tmpdir(), `witness-cache-${process.getuid?.() ?? ''}`)],
  ])('with %j on %s, home "%s": %s', (env, platform, home, place) => {
    expect(defaultCacheDir(env, platform, home)).toBe(place);
  });
});
