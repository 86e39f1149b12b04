/**
 * Every program of Sightglass's shootout under `witness run`, with the output that it has anywhere
 * else: undisturbed, and stopped in the function where it spends its time.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { decodeNames } from '../../src/wasm/names.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const corpus = fileURLToPath(
  new URL('../../../shared/corpus/sightglass/shootout/', import.meta.url),
);

/** The function in which each program spends its time, by V8's profiler. */
const HOT: Readonly<Record<string, string>> = {
  ackermann: 'ackermann',
  ed25519: 'ge25519_p2_dbl',
  fib2: 'fib2',
  keccak: 'keccak_core',
  memmove: 'memmove',
  minicsv: 'minicsv_parse_line',
};
/** Where clang has inlined everything. */
const INLINED = '__original_main';

/** The machine may be busy with the other tests. */
const TIMEOUT = 400_000;

const programs = existsSync(corpus)
  ? readdirSync(corpus)
      .filter((file) => file.endsWith('.wasm'))
      .map((file) => file.replace(/^shootout-|\.wasm$/g, ''))
  : [];

/**
 * The first instructions of a function's most deeply nested loops. All of them: which of two runs
 * depends, for instance the rest of an unrolled loop and the loop itself.
 */
function innermostLoops(bytes: Uint8Array, functionName: string): number[] {
  const module = decodeModule(bytes);
  const [index] = [...decodeNames(module).functions].find(([, name]) => name === functionName)!;
  const { codeStart, end } = module.bodies[index - module.importedFunctions]!;
  const reader = new InstructionReader(bytes, codeStart, end);
  const constructs: number[] = [];
  const loops: { depth: number; pc: number }[] = [];
  while (reader.read()) {
    if (reader.op === Op.block || reader.op === Op.loop || reader.op === Op.if) {
      constructs.push(reader.op);
      const depth = constructs.filter((op) => op === Op.loop).length;
      if (reader.op === Op.loop) loops.push({ depth, pc: reader.next });
    } else if (reader.op === Op.end) {
      constructs.pop();
    }
  }
  const deepest = Math.max(...loops.map(({ depth }) => depth));
  return loops.filter(({ depth }) => depth === deepest).map(({ pc }) => pc);
}

/**
 * seqhash has five rounds, for which plain V8 takes 25 s, and prints nothing: one round shows as much,
 * and the loops in it run millions of times. The other programs are as they are.
 */
function bytesOf(name: string): Buffer {
  const bytes = readFileSync(`${corpus}shootout-${name}.wasm`);
  if (name !== 'seqhash') return bytes;
  // `i32.const 5, i32.ne, br_if 0`, at the end of the outermost loop.
  const end = Buffer.from([Op.i32Const, 5, Op.i32Ne, Op.brIf, 0]);
  const at = bytes.indexOf(end);
  if (at < 0 || bytes.indexOf(end, at + 1) >= 0) throw new Error('seqhash is another program');
  bytes[at + 1] = 1;
  return bytes;
}

describe.skipIf(programs.length === 0)('Sightglass shootout', () => {
  const space = createWorkspace();
  afterAll(() => space[Symbol.dispose]());
  const bench = space.file('bench.mjs', 'export function start() {}\nexport function end() {}\n');

  const run = (name: string, ...options: string[]) => {
    const program = space.file(`shootout-${name}.wasm`, bytesOf(name));
    return witness(['run', ...options, '--import', `bench=${bench}`, '--dir=.', program], {
      cwd: corpus,
    });
  };
  const expected = (name: string) => ({
    status: 0,
    signal: undefined,
    stdout: readFileSync(`${corpus}shootout-${name}.stdout.expected`, 'utf8'),
    stderr: readFileSync(`${corpus}shootout-${name}.stderr.expected`, 'utf8'),
  });

  test.each(programs)(
    '%s, without a debugger',
    async (name) => {
      expect(await run(name, '--debugger=none')).toEqual(expected(name));
    },
    TIMEOUT,
  );

  test.each(programs)(
    '%s, with breakpoints where it is hot',
    async (name) => {
      const bytes = bytesOf(name);
      const hot = HOT[name] ?? INLINED;
      const loops = innermostLoops(bytes, hot);
      const places = [hot, ...loops.map((pc) => `0x${pc.toString(16)}`)];
      // clang knows the result of nestedloop: no loop is left, and main is called once.
      const stops = name === 'nestedloop' ? 1 : 3;
      const output = space.path(`${name}.json`);
      const words = [...places.map((place) => `--break=${place}`), '--max-stops=3', '--json'];
      const ended = await run(
        name,
        `--debugger-output=${output}`,
        ...words.map((word) => `--debugger-arg=${word}`),
      );
      expect(ended).toEqual(expected(name));
      const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        ...Array.from({ length: stops }, (_, i) =>
          expect.objectContaining({
            stop: i + 1,
            event: 'breakpoint',
            frames: [expect.objectContaining({ name: hot })],
          }),
        ),
        { end: 'complete', stops },
      ]);
    },
    TIMEOUT,
  );
});

if (programs.length === 0) {
  test.skip('Sightglass shootout: its corpus is not there (../shared/corpus/sightglass)', () => {});
}
