/** Assembles the scenarios and has them traced by V8's debugger in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from '@bytecodealliance/jco';
import { scenarios } from './scenarios.ts';
import type { Trace } from './state.ts';
import type { Answer, Request } from './v8-trace.ts';

const root = new URL('../../../', import.meta.url);

/** The modules of each scenario, by its name. */
export async function assembleScenarios(): Promise<Map<string, readonly Uint8Array[]>> {
  const assembled = new Map<string, readonly Uint8Array[]>();
  for (const { name, modules } of scenarios) {
    const bytes: Uint8Array[] = [];
    for (const module of modules) {
      bytes.push(
        typeof module === 'string'
          ? await assemble(name, module)
          : new Uint8Array(await readFile(new URL(module.file, root))),
      );
    }
    assembled.set(name, bytes);
  }
  return assembled;
}

async function assemble(name: string, text: string): Promise<Uint8Array> {
  try {
    return await parse(text);
  } catch (error) {
    const message = (error as { payload?: unknown }).payload ?? error;
    throw new Error(`${name}: ${message}`, { cause: error });
  }
}

/** What V8's debugger shows of each scenario, by its name. */
export async function traceInV8(
  modules: ReadonlyMap<string, readonly Uint8Array[]>,
): Promise<Map<string, Trace>> {
  const request: Request = Object.fromEntries(
    [...modules].map(([name, all]) => [
      name,
      all.map((bytes) => Buffer.from(bytes).toString('base64')),
    ]),
  );
  const folder = await mkdtemp(join(tmpdir(), 'witness-oracle-'));
  try {
    const requestPath = join(folder, 'request.json');
    const answerPath = join(folder, 'answer.json');
    await writeFile(requestPath, JSON.stringify(request));
    const script = fileURLToPath(new URL('./v8-trace.ts', import.meta.url));
    await promisify(execFile)(process.execPath, [script, requestPath, answerPath]);
    const answer: Answer = JSON.parse(await readFile(answerPath, 'utf8'));
    return new Map(Object.entries(answer));
  } finally {
    await rm(folder, { recursive: true });
  }
}
