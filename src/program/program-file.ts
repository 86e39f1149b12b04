/** The file of the program: what kind it is, and its bytes. On the thread that starts the program. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ProgramFile } from './debuggee-messages.ts';
import { reason, StartError } from './errors.ts';

/** What Node runs by the name alone. */
const JAVASCRIPT = /\.[cm]?[jt]s$/;

/** @throws StartError if it is not there, cannot be read, or is nothing that can be run */
export function readProgramFile(path: string): ProgramFile {
  if (JAVASCRIPT.test(path)) return { kind: 'javascript', path: resolve(checkFile(path)) };
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new StartError(`cannot read the program ${path}: ${reason(error)}`);
  }
  return programFile(path, bytes);
}

/** @throws StartError for bytes that are no binary */
export function programFile(path: string, bytes: Uint8Array): ProgramFile {
  const kind = kindOf(path, bytes);
  // A copy: small files are read into Node's shared pool, which cannot be moved to a Worker.
  return { kind, bytes: new Uint8Array(bytes) };
}

function checkFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return path;
  throw new StartError(
    `cannot read the program ${path}: ${stat === undefined ? 'no such file' : 'it is no file'}`,
  );
}

/** The 8 bytes that every binary starts with: magic, then version (u16) and layer (u16). */
function kindOf(path: string, bytes: Uint8Array): 'module' | 'component' {
  const text = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  if (!text.startsWith('\0asm')) {
    const wat = /^\s*(;;|\(;|\((module|component)\b)/.test(
      Buffer.from(bytes.subarray(0, 4096)).toString('latin1'),
    );
    throw new StartError(
      wat
        ? `${path} is WebAssembly text, not a binary; convert it first, for example with wat2wasm`
        : `${path} is not a WebAssembly binary: it does not start with \\0asm`,
    );
  }
  if (bytes.length < 8) throw new StartError(`${path} ends within its first 8 bytes`);
  if (text === '\0asm\x01\0\0\0') return 'module';
  if (text === '\0asm\x0d\0\x01\0') return 'component';
  throw new StartError(`${path} has an unknown WebAssembly version (at offset 0x4)`);
}
