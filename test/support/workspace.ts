/** A temporary directory with files made for a test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import wabtFactory from 'wabt';

export interface Workspace extends Disposable {
  readonly directory: string;
  /** Writes the text or bytes; gives the path. */
  file(name: string, content: string | Uint8Array): string;
  /** Assembles a text module and writes its bytes; gives the path. */
  wat(name: string, text: string): string;
  /** Where a file with this name would be. */
  path(name: string): string;
}

const wabt = await wabtFactory();

const FEATURES = { multi_memory: true, tail_call: true, threads: true, exceptions: true } as const;

export function createWorkspace(): Workspace {
  const directory = mkdtempSync(join(tmpdir(), 'witness-test-'));
  const path = (name: string) => join(directory, name);
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(path(name), content);
    return path(name);
  };
  return {
    directory,
    path,
    file,
    wat(name, text) {
      const module = wabt.parseWat(name, text, FEATURES);
      try {
        return file(name, module.toBinary({ write_debug_names: true }).buffer);
      } finally {
        module.destroy();
      }
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
