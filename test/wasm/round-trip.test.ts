import { describe, expect, test } from 'vitest';
import { encodeModule, ModuleWriter } from '../../src/wasm/encode.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { decodeModule, type Module } from '../../src/wasm/module.ts';
import { byScript, compiledModules, hasCorpus, isValid, specModules } from './corpus.ts';
import { StackTracker } from './stack-tracker.ts';

/** Every check that a valid module must pass; returns the number of instructions read. */
function checkModule(bytes: Uint8Array): number {
  const module = decodeModule(bytes);
  expect(Buffer.compare(encodeModule(module), bytes)).toBe(0);
  checkRebuilt(module);
  return checkBodies(module);
}

/** Sections made of the same entries under fresh headers make the same module, in canonical form. */
function checkRebuilt(module: Module): void {
  const rebuilt = rebuild(module);
  const again = decodeModule(rebuilt);
  expect(again.sections.map(({ id, count }) => [id, count])).toEqual(
    module.sections.map(({ id, count }) => [id, count]),
  );
  expect(Buffer.compare(rebuild(again), rebuilt)).toBe(0);
}

function rebuild(module: Module): Uint8Array<ArrayBuffer> {
  const writer = new ModuleWriter(module.bytes.length);
  for (const section of module.sections) {
    if (section.entries === undefined) writer.copySection(module, section);
    else writer.vectorSection(section.id, module, section.entries);
  }
  return writer.finish();
}

/** Reads every body to the end that its size gives, and follows the operand stack. */
function checkBodies(module: Module): number {
  let count = 0;
  for (const body of module.bodies) {
    const reader = new InstructionReader(module.bytes, body.codeStart, body.end);
    while (reader.read()) count++;
    if (reader.next !== body.end) throw new Error(`function ${body.funcIndex} ends elsewhere`);
    const tracked = new StackTracker(module, body).run();
    if (tracked === 0) throw new Error(`function ${body.funcIndex}: nothing tracked`);
  }
  return count;
}

describe('modules that compilers made', () => {
  test('every instruction is read and every byte kept', () => {
    let instructions = 0;
    for (const { name, bytes } of compiledModules()) {
      instructions += named(name, () => checkModule(bytes));
    }
    expect(instructions).toBeGreaterThan(1_000_000);
  });
});

describe.skipIf(!hasCorpus)('the test suite', async () => {
  const scripts = hasCorpus ? byScript(await specModules(isValid)) : [];

  test('has not shrunk', () => {
    expect(scripts.flatMap(({ modules }) => modules).length).toBeGreaterThan(2500);
  });

  test.each(scripts)('$script', ({ modules }) => {
    for (const { name, bytes } of modules) {
      named(name, () => {
        checkModule(bytes);
        expect(WebAssembly.validate(rebuild(decodeModule(bytes)))).toBe(
          WebAssembly.validate(bytes as BufferSource),
        );
      });
    }
  });
});

/** Adds the module's name to what `check` throws. */
function named<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
