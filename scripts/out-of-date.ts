/** Whether what a script would build is there already. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Whether `target` is newer than all files in `sources` (files, or folders with all below them),
 * those in `except` aside.
 */
export async function isUpToDate(
  target: string,
  sources: readonly string[],
  except?: string,
): Promise<boolean> {
  const made = await modified(target);
  if (made === undefined) return false;
  for (const source of sources) {
    if ((await newest(source, except)) > made) return false;
  }
  return true;
}

async function newest(path: string, except: string | undefined): Promise<number> {
  if (path === except) return 0;
  const stats = await stat(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  // A folder's own time counts too: it changes when a file is taken out. Not that of a folder with
  // something excepted in it, which changes with that.
  let latest = except?.startsWith(path) ? 0 : stats.mtimeMs;
  for (const name of await readdir(path)) {
    latest = Math.max(latest, await newest(join(path, name), except));
  }
  return latest;
}

async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
