/**
 * A component's bytes to JavaScript and core modules, with jco, kept on disk: transpiling takes a
 * second for a big component, reading it back 20 ms.
 *
 * A cache file is `crc32 (4 bytes, little-endian) ++ v8.serialize(Transpiled)`. Its name is the hash
 * of all that it depends on (the component, jco's version, how its output is tuned, the world), so an entry never
 * goes out of date; one that is damaged is made again.
 */

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, utimesSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { WORLD } from './generated/world.ts';
import { TUNING, tune } from './tune.ts';
import { type Fit, fitOf } from './world.ts';

export interface Transpiled {
  /** An ES module with no imports that exports `instantiate`. */
  readonly source: string;
  /** The core modules by the names under which `instantiate` asks for them. */
  readonly modules: ReadonlyMap<string, Uint8Array>;
  /** Names of the exports, with versions and without. */
  readonly exports: readonly string[];
  readonly fit: Fit;
}

/** Changes when the cache file changes in form. */
const FORMAT = 3;
const CHECKSUM_BYTES = 4;
const EXTENSION = '.component';
/** An entry that nobody has used for this long is deleted, in milliseconds. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;
/** Of the mode of a directory. */
const WRITABLE_BY_ALL = 0o002;
const OPTIONS = {
  name: 'component',
  // With synchronous callbacks the output instantiates synchronously; `sync` would import WASI.
  instantiation: 'async',
  // All core modules through `getCoreModule`, none inside the JavaScript.
  base64Cutoff: 0,
  emitTypescriptDeclarations: false,
} as const;
const MADE_WITH = JSON.stringify([FORMAT, OPTIONS, TUNING, WORLD]);

/**
 * `$XDG_CACHE_HOME/witness`, else the platform's place for caches, else a directory of the user's own
 * among the temporary ones.
 */
export function defaultCacheDir(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = env as Record<string, string | undefined>;
  // The XDG specification has relative paths ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'witness');
  if (platform === 'win32' && local) return join(local, 'witness', 'Cache');
  if (!home) return join(tmpdir(), `witness-cache-${process.getuid?.() ?? ''}`);
  return join(home, ...(platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']), 'witness');
}

/**
 * @param onTranspile told of the work if it has to be done
 * @throws Error with jco's message if the bytes are not a component that it can transpile
 */
export async function transpileCached(
  component: Uint8Array,
  cacheDir = defaultCacheDir(),
  onTranspile: (state: 'begins' | 'ends') => void = () => {},
): Promise<Transpiled> {
  const key = createHash('sha256')
    .update(`witness ${MADE_WITH} jco ${jcoVersion()}\0`)
    .update(component)
    .digest('hex');
  const path = join(cacheDir, key + EXTENSION);
  const cached = (await isTrusted(cacheDir)) ? load(path) : undefined;
  if (cached !== undefined) return cached;
  onTranspile('begins');
  const transpiled = await transpile(component);
  await store(path, cacheDir, transpiled);
  onTranspile('ends');
  return transpiled;
}

/** Entries are run as code: none from a directory in which another user may have put them. */
async function isTrusted(directory: string): Promise<boolean> {
  // Where files have no owner there is nothing to look at.
  if (process.getuid === undefined) return true;
  try {
    const { uid, mode } = await stat(directory);
    return (uid === process.getuid() || uid === 0) && (mode & WRITABLE_BY_ALL) === 0;
  } catch {
    return false;
  }
}

async function transpile(component: Uint8Array): Promise<Transpiled> {
  // Loaded only here: jco costs more to load than a cached component to start.
  const { transpileBytes } = await import('@bytecodealliance/jco-transpile');
  const { files, imports, exports } = await transpileBytes(component, OPTIONS);
  const entries = Object.entries(files);
  const [, source] = entries.find(([name]) => name.endsWith('.js'))!;
  return {
    source: tune(new TextDecoder().decode(source)),
    modules: new Map(entries.filter(([name]) => name.endsWith('.wasm'))),
    exports: exports.map(([name]) => name),
    fit: fitOf(component, imports),
  };
}

function load(path: string): Transpiled | undefined {
  try {
    const file = readFileSync(path);
    const content = file.subarray(CHECKSUM_BYTES);
    if (file.readUInt32LE(0) !== crc32(content)) return undefined;
    touch(path);
    const entry: unknown = deserialize(content);
    return isTranspiled(entry) ? entry : undefined;
  } catch {
    // Absent, unreadable or cut short: all mean that it has to be made again.
    return undefined;
  }
}

function isTranspiled(entry: unknown): entry is Transpiled {
  const { source, modules, exports, fit } = (entry ?? {}) as Partial<Transpiled>;
  return (
    typeof source === 'string' &&
    modules instanceof Map &&
    Array.isArray(exports) &&
    Array.isArray(fit?.imports) &&
    Array.isArray(fit.differences)
  );
}

/** Says that it is used. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Somebody else's, then: it is deleted earlier.
  }
}

/** A cache that cannot be written only costs time, so failing is no error. */
async function store(path: string, directory: string, transpiled: Transpiled): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    const content = serialize(transpiled);
    const checksum = Buffer.alloc(CHECKSUM_BYTES);
    checksum.writeUInt32LE(crc32(content));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (!(await isTrusted(directory))) return;
    await writeFile(temporary, Buffer.concat([checksum, content]));
    // Another process may be doing the same: whoever renames last wins, and both are right.
    await rename(temporary, path);
    await prune(directory);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** An entry is as big as its component, and each change of a component under work makes one. */
async function prune(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (!name.includes(EXTENSION)) continue;
    if (Date.now() - (await stat(path)).mtimeMs > KEEP_MS) await rm(path);
  }
}

function jcoVersion(): string {
  const entry = import.meta.resolve('@bytecodealliance/jco-transpile');
  const manifest = readFileSync(fileURLToPath(new URL('../package.json', entry)), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
