/** The figures as a table for people and as an object for programs. */
import type { Times } from './measure.ts';
import { geometricMean } from './statistics.ts';
import { VARIANTS, type VariantName } from './variants.ts';

export interface Row {
  readonly name: string;
  readonly level: 'O2' | 'O0';
  readonly times: ReadonlyMap<VariantName, Times>;
}

const LEVELS = ['O2', 'O0'] as const;

/** The shortest time as a multiple of plain V8's; undefined for a variant that was not run. */
export function ratio({ times }: Row, variant: VariantName): number | undefined {
  const own = times.get(variant);
  return own && own.minimum / times.get('plain')!.minimum;
}

export interface Summary {
  /** By variant: ratios to plain V8. */
  readonly geomean: Readonly<Record<string, { readonly O2?: number; readonly O0?: number }>>;
  readonly worst: Readonly<Record<string, { readonly program: string; readonly ratio: number }>>;
  readonly rows: readonly {
    readonly name: string;
    readonly level: 'O2' | 'O0';
    /** By variant, milliseconds. */
    readonly minimum: Readonly<Record<string, number>>;
    readonly median: Readonly<Record<string, number>>;
  }[];
}

function compared(rows: readonly Row[]): VariantName[] {
  return VARIANTS.map(({ name }) => name).filter(
    (name) => name !== 'plain' && rows.some(({ times }) => times.has(name)),
  );
}

function mean(rows: readonly Row[], variant: VariantName): number | undefined {
  const ratios = rows.map((row) => ratio(row, variant)).filter((r) => r !== undefined);
  return ratios.length === 0 ? undefined : geometricMean(ratios);
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

export function summary(rows: readonly Row[]): Summary {
  const geomean: Record<string, Partial<Record<'O2' | 'O0', number>>> = {};
  const worst: Record<string, { program: string; ratio: number }> = {};
  for (const variant of compared(rows)) {
    geomean[variant] = {};
    for (const level of LEVELS) {
      const value = mean(
        rows.filter((row) => row.level === level),
        variant,
      );
      if (value !== undefined) geomean[variant][level] = rounded(value);
    }
    for (const row of rows) {
      const value = ratio(row, variant);
      if (value !== undefined && value > (worst[variant]?.ratio ?? 0)) {
        worst[variant] = { program: row.name, ratio: rounded(value) };
      }
    }
  }
  const figures = (row: Row, figure: 'minimum' | 'median') =>
    Object.fromEntries([...row.times].map(([name, times]) => [name, rounded(times[figure])]));
  return {
    geomean,
    worst,
    rows: rows.map((row) => ({
      name: row.name,
      level: row.level,
      minimum: figures(row, 'minimum'),
      median: figures(row, 'median'),
    })),
  };
}

/** Markdown: a row a program, then the geometric means. */
export function table(rows: readonly Row[]): string {
  const variants = compared(rows);
  const titles = variants.map((name) => VARIANTS.find((v) => v.name === name)!.title);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  let text = line(['program', 'plain V8, ms', 'spread', ...titles]);
  text += line(['---', ...Array(titles.length + 2).fill('---:')]);
  const cell = (value: number | undefined): string => value?.toFixed(2) ?? '';
  for (const row of rows) {
    const plain = row.times.get('plain')!;
    const ratios = variants.map((variant) => cell(ratio(row, variant)));
    const percent = `${Math.round(plain.spread * 100)} %`;
    text += line([row.name, plain.minimum.toFixed(1), percent, ...ratios]);
  }
  for (const level of LEVELS) {
    const some = rows.filter((row) => row.level === level);
    if (some.length === 0) continue;
    const means = variants.map((variant) => `**${cell(mean(some, variant))}**`);
    text += line([`**geometric mean, -${level}**`, '', '', ...means]);
  }
  return text;
}
