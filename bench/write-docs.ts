/**
 * Puts the figures into `docs/benchmarks.md`, between the marks that are there for each part, and draws
 * `docs/benchmarks.svg`. The text around them is written by people.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chart } from './chart.ts';
import type { Environment } from './environment.ts';
import { type Figure, figureTable } from './further/figure.ts';
import type { MeasureOptions } from './measure.ts';
import { root } from './programs.ts';
import { type Row, summary, table } from './report.ts';
import { variant as variantOf } from './variants.ts';

export interface Results {
  readonly rows: readonly Row[];
  readonly figures: readonly Figure[];
  readonly environment: Environment;
  readonly options: MeasureOptions;
}

/** A part for which there are no figures stays as it is. */
export async function writeDocs({ rows, figures, environment, options }: Results): Promise<void> {
  const path = join(root, 'docs/benchmarks.md');
  let text = await readFile(path, 'utf8');
  if (rows.length > 0) {
    text = replacePart(text, 'programs', `${about(environment, options)}\n${table(rows)}`);
    text = replacePart(text, 'worst', worst(rows));
    await writeFile(join(root, 'docs/benchmarks.svg'), chart(summary(rows)));
  }
  if (figures.length > 0) {
    text = replacePart(text, 'further', `${about(environment)}\n${figureTable(figures)}`);
  }
  await writeFile(path, text);
}

function about(environment: Environment, options?: MeasureOptions): string {
  const { processor, cores, memory, node, v8, load, date } = environment;
  const rounds =
    options === undefined
      ? ''
      : `; at least ${options.rounds} rounds after ${options.warmUp} ms of warming up`;
  return (
    `${date}: ${processor}, ${cores} cores, ${Math.round(memory / 2 ** 30)} GiB; Node ${node}, ` +
    `V8 ${v8}${rounds}. Load average before and after: ` +
    `${load.map((value) => value.toFixed(1)).join(' and ')}.\n`
  );
}

function worst(rows: readonly Row[]): string {
  const lines = Object.entries(summary(rows).worst).map(
    ([variant, { program, ratio }]) =>
      `| ${variantOf(variant).title} | ${program} | ${ratio.toFixed(2)} |\n`,
  );
  return `| variant | its worst program | ratio |\n| --- | --- | ---: |\n${lines.join('')}`;
}

/** @throws Error if the marks are not there */
function replacePart(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- measured: ${name} -->`, '<!-- end -->'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/benchmarks.md has no part '${name}'`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n${text.slice(to)}`;
}
