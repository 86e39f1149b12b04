/** `npm run bench`: how fast programs run under Witness, beside plain V8 and its own debugger. */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildPrograms } from './build.ts';
import { environment } from './environment.ts';
import { figureTable } from './further/figure.ts';
import { further } from './further/further.ts';
import { measure } from './measure.ts';
import { allPrograms } from './programs.ts';
import { type Row, summary, table } from './report.ts';
import { VARIANTS, variant } from './variants.ts';
import { writeDocs } from './write-docs.ts';

const HELP = `Usage: npm run bench -- [options]

Runs each program in several ways, interleaved, each way in a process of its own,
and prints the ratios of the shortest times to those of plain V8.

  --only TEXT       only programs whose name contains TEXT; can be given several times
  --variants A,B    only these ways, plain V8 always among them:
                    ${VARIANTS.map(({ name }) => name).join(', ')}
  --rounds N        rounds that count (7); up to four times as many until three of each
                    variant are equal
  --warm-up MS      time that each way runs before (600)
  --minutes N       begin with no program after so long
  --no-further      without the figures of the second table, which take some minutes
  --further-only    only those; --only is of their groups then
  --write-docs      put the figures into docs/benchmarks.md and draw docs/benchmarks.svg
  --json            the last line is all figures as one JSON object
  -h, --help        this text
`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    variants: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    'warm-up': { type: 'string', default: '600' },
    minutes: { type: 'string', default: 'Infinity' },
    'no-further': { type: 'boolean', default: false },
    'further-only': { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const measureOptions = {
  rounds: Number(options.rounds),
  warmUp: Number(options['warm-up']),
};

if (options.help) process.stdout.write(HELP);
else await bench();

async function bench(): Promise<void> {
  const load = loadavg()[0]!;
  await buildPrograms();
  const rows = options['further-only'] ? [] : await measurePrograms();
  if (rows.length > 0) process.stdout.write(`${table(rows)}\n`);
  // Of programs: no figure has a program's name.
  const only = options['further-only'] ? options.only : undefined;
  const figures = options['no-further'] ? [] : await further(only);
  if (figures.length > 0) process.stdout.write(figureTable(figures));
  if (options['write-docs']) {
    await writeDocs({ rows, figures, environment: environment(load), options: measureOptions });
  }
  const json = { ...summary(rows), further: figures };
  if (options.json) process.stdout.write(`${JSON.stringify(json)}\n`);
}

async function measurePrograms(): Promise<Row[]> {
  const wanted = options.variants?.split(',') ?? VARIANTS.map(({ name }) => name);
  const variants = [...new Set(['plain', ...wanted])].map(variant);
  const { only } = options;
  const programs = allPrograms().filter(
    ({ name }) => only === undefined || only.some((text) => name.includes(text)),
  );
  const rows: Row[] = [];
  const deadline = performance.now() + Number(options.minutes) * 60_000;
  for (const [i, { name, level }] of programs.entries()) {
    if (performance.now() > deadline) {
      process.stderr.write(`no time for ${programs.length - i} programs\n`);
      break;
    }
    process.stderr.write(`${i + 1}/${programs.length} ${name}\n`);
    try {
      rows.push({ name, level, times: await measure(name, variants, measureOptions) });
    } catch (error) {
      // The figures of the others are not lost by it.
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 1;
    }
  }
  return rows;
}
