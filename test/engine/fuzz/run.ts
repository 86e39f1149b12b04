/**
 * The command `npm run fuzz`: compares random modules for a while. Seeds are taken one after the
 * other, each for every profile; see {@link HELP}.
 */
import { parseArgs } from 'node:util';
import { allOpcodes } from '../../../src/wasm/opcodes.ts';
import { MODES } from './check.ts';
import { Child, type Request } from './children.ts';
import { addExercised, type Exercised } from './exercised.ts';
import { SOURCES, type Source } from './seeds.ts';

const HELP = `Compares random modules under the engine with plain V8.

npm run fuzz -- [options]
  --seconds N     begin no new seed after so long (60)
  --count N       take so many seeds and no more
  --seed S        the first seed (1000); seeds are whole numbers, and make the same modules everywhere
  --profile NAME  what modules to make; may be given several times (all of them):
                    own       a generator of programs with many operands below every construct
                    wide      the same with all kinds of instructions, in two instances that call
                              each other
                    loops     counted loops that access memory up to its end, or beyond it, in the
                              first, a middle or the last iteration: for work on bounds checks
                    temporaries
                              values in locals that are written once, as compilers write them
                              that do not optimize: for work on what frames hold
                    binaryen  wasm-opt -ttf: all kinds of instructions, references and GC included
                    mutated   modules of own and binaryen, damaged: most are refused, and must be as by V8
  --processes N   seeds that are checked at the same time (2)
  --flag FLAG     a flag of V8 for the processes that check; may be given several times:
                  --flag=--no-liftoff compiles everything with the optimizing compiler;
                  --flag=--wasm-tiering-budget=10 --flag=--wasm-sync-tier-up
                  --flag=--wasm-inlining-ignore-call-counts has that inline what it can
  --coverage      tell in the end what has been exercised, and how often

The last line sums up; the exit status is 0 if nothing differed, 1 if something did, 2 if the options
are wrong. A seed that differs, crashes V8 or does not end is told of, and the run goes on; to have it
again: --seed S --count 1 --profile NAME.`;

interface Total {
  readonly modules: Partial<Record<Source, number>>;
  refused: number;
  failures: number;
  readonly exercised: Exercised;
}

function wholeNumber(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error(`--${name} must be a whole number, not ${value}`);
}

function knownProfile(name: string): Source {
  const known = SOURCES.find((source) => source === name);
  if (known === undefined) throw new Error(`no profile ${name}: there are ${SOURCES.join(', ')}`);
  return known;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      count: { type: 'string', default: '999999999' },
      seed: { type: 'string', default: '1000' },
      profile: { type: 'string', multiple: true, default: [...SOURCES] },
      flag: { type: 'string', multiple: true, default: [] },
      processes: { type: 'string', default: '2' },
      coverage: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const profiles = values.profile.map(knownProfile);
  const first = wholeNumber('seed', values.seed);
  const until = first + wholeNumber('count', values.count);
  const end = Date.now() + wholeNumber('seconds', values.seconds) * 1000;
  const processes = wholeNumber('processes', values.processes);
  let seed = first;
  let queue: Request[] = [];
  const next = (): Request | undefined => {
    if (queue.length === 0 && seed < until && Date.now() < end) {
      queue = profiles.map((source) => ({ source, seed }));
      seed++;
    }
    return queue.shift();
  };
  const total: Total = { modules: {}, refused: 0, failures: 0, exercised: {} };
  await Promise.all(Array.from({ length: processes }, () => drain(next, total, values.flag)));
  if (values.coverage) printCoverage(total.exercised);
  console.log(summary(total, first));
  return total.failures === 0 ? 0 : 1;
}

async function drain(
  next: () => Request | undefined,
  total: Total,
  flags: readonly string[],
): Promise<void> {
  let child = new Child(flags);
  for (let request = next(); request !== undefined; request = next()) {
    if (!child.usable) {
      child.end();
      child = new Child(flags);
    }
    const answer = await child.run(request);
    if ('error' in answer) {
      total.failures++;
      console.log(answer.error);
      continue;
    }
    const { modules, refused, exercised } = answer.tally;
    total.modules[request.source] = (total.modules[request.source] ?? 0) + modules;
    total.refused += refused;
    addExercised(total.exercised, exercised);
  }
  child.end();
}

function printCoverage(exercised: Exercised): void {
  const names = Object.keys(exercised).sort((a, b) => exercised[b]! - exercised[a]!);
  for (const name of names) console.log(`${String(exercised[name]).padStart(9)} ${name}`);
  const features = Map.groupBy(allOpcodes(), ({ feature }) => feature);
  for (const [feature, opcodes] of features) {
    const missing = opcodes.filter(({ name }) => exercised[`at ${name}`] === undefined);
    const reached = `${opcodes.length - missing.length} of ${opcodes.length}`;
    console.log(
      `${feature}: ${reached} instructions; not ${missing.map(({ name }) => name).join(' ')}`,
    );
  }
}

function summary({ modules, refused, failures, exercised }: Total, seed: number): string {
  const counts = Object.entries(modules);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const kinds = counts.map(([source, count]) => `${count} ${source}`).join(', ');
  const stops = Object.entries(exercised).reduce(
    (sum, [what, times]) => (what.startsWith('event ') ? sum + times : sum),
    0,
  );
  return (
    `fuzz: ${all} modules (${kinds}) and ${refused} refused as by V8, ` +
    `modes ${MODES.join(', ')}, ${stops} stops, ${failures} differences, seed ${seed}`
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
