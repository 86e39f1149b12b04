/**
 * The `loops` profile: modules whose functions are counted loops with memory accesses that end at, or
 * just beyond, the end of a memory in the first, a middle or the last iteration. What an optimizer of
 * bounds checks can get wrong is common here: counters and addresses that wrap around, no iterations
 * at all, steps that are negative, that miss the end or are a parameter, memories that grow inside the
 * loop, bases that change, offsets near 2^32, memories of exactly 4 GiB or with 64-bit addresses.
 */
import { enter, exported, outcome, type Scenario, show } from '../oracle/scenario.ts';
import { Random } from '../random.ts';
import type { LoopModule } from './loop-access-writer.ts';
import { baseFor, type Counting, counts } from './loop-shapes.ts';
import { ELEMENTS, LoopWriter } from './loop-writer.ts';

const PAGE = 65_536n;
const CALLS = 4;

interface Call {
  readonly name: string;
  readonly args: readonly (number | bigint)[];
}

export function loopScenario(seed: number): Scenario {
  const random = new Random(seed ^ 0x10095);
  const wide = random.below(5) === 0;
  // The size in bytes is then 0 as an i32.
  const full = !wide && random.below(40) === 0;
  const pages = full ? 65_536n : BigInt(1 + random.below(3));
  const module: LoopModule = {
    address: wide ? 64 : 32,
    memory: pages * PAGE,
    shared: !full && random.below(6) === 0,
  };
  const calls: Call[] = [];
  const functions = Array.from({ length: 1 + random.below(3) }, (_, i) => {
    const name = `f${i}`;
    const writer = new LoopWriter(module, random);
    const text = writer.function(name);
    for (let n = 0; n < CALLS; n++) calls.push({ name, args: argumentsOf(writer, module, random) });
    return text;
  });
  const memory = `(memory (export "memory") ${wide ? 'i64 ' : ''}${pages} ${full ? pages : pages + 3n}
    ${module.shared ? 'shared' : ''})`;
  return {
    name: `loops seed ${seed}`,
    modules: [
      `(module
        (import "host" "log" (func $log (param i32)))
        ${memory}
        (type $numbers (array (mut i32)))
        (global $array (ref $numbers) (array.new $numbers (i32.const 7) (i32.const ${ELEMENTS})))
        (global $touched (export "touched") (mut i32) (i32.const 0))
        (table $table ${ELEMENTS} 9 funcref)
        (func $touch (param i32) (result i32)
          (global.set $touched (i32.add (global.get $touched) (i32.const 1)))
          (if (i32.eqz (i32.rem_u (global.get $touched) (i32.const 5)))
            (then (call $log (local.get 0))))
          (i32.rotl (local.get 0) (i32.const 1)))
        ${functions.join('\n')})`,
    ],
    run(world) {
      const log: string[] = [];
      const host = { log: (value: unknown) => log.push(show(value)) };
      const exports = world.instantiate(0, { host });
      for (const { name, args } of calls) {
        log.push(outcome(() => enter(world, () => exported(exports, name)(...args))));
      }
      const { buffer } = exports['memory'] as WebAssembly.Memory;
      const touched = (exports['touched'] as WebAssembly.Global).value;
      return [...log, touched, buffer.byteLength, ends(buffer)].join(' ');
    },
  };
}

function argumentsOf(writer: LoopWriter, module: LoopModule, random: Random) {
  const { counting, accesses } = writer;
  const { width, form, comparison, step } = counting;
  let given: Counting = counting;
  if (writer.variable && random.below(2) === 0) {
    given = counts(width, form, comparison, step, random) ?? counting;
  }
  const base = baseFor(given, accesses, module.memory, module.address, random);
  return [
    argument(base, module.address),
    ...[given.start, given.end, step].map((value) => argument(value, width)),
  ];
}

function argument(value: bigint, width: 32 | 64): number | bigint {
  return width === 64 ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value));
}

/** What is compared of a memory of 4 GiB is where programs write. */
const COMPARED = 4 * 65_536;

/** FNV-1a of the first and the last bytes. */
function ends(buffer: ArrayBuffer): number {
  let result = 0x811c9dc5;
  const length = Math.min(buffer.byteLength, COMPARED);
  for (const from of [0, buffer.byteLength - length]) {
    const words = new Uint32Array(buffer, from, length / 4);
    for (const word of words) result = Math.imul(result ^ word, 0x01000193);
  }
  return result >>> 0;
}
