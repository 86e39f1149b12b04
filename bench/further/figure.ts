/** Figures that are no ratio of one program's times. */
import { execFileSync } from 'node:child_process';
import { STACK_KB } from '../measure.ts';

export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Of the value; `x` for a ratio. */
  readonly unit: string;
  /** What it should be at most, or at least. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Runs a file of this folder in a process of its own, and gives what it prints last, as JSON. */
export function inProcess<T>(file: string, ...args: string[]): T {
  const flags = ['--no-warnings', `--stack-size=${STACK_KB}`];
  const output = execFileSync(process.execPath, [...flags, file, ...args], {
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.toString().trim().split('\n').at(-1)!) as T;
}

export function show({ value, unit }: Figure): string {
  const digits = value >= 1000 ? 0 : value >= 10 ? 1 : 2;
  const text = value.toLocaleString('en', {
    maximumFractionDigits: digits,
    minimumFractionDigits: unit === 'x' ? 2 : 0,
  });
  return unit === 'x' ? text : `${text} ${unit}`;
}

/** Markdown. */
export function figureTable(figures: readonly Figure[]): string {
  const lines = figures.map((figure) => `| ${figure.name} | ${show(figure)} | ${goal(figure)} |\n`);
  return `| figure | measured | goal |\n| --- | ---: | ---: |\n${lines.join('')}`;
}

function goal({ goal, unit, name }: Figure): string {
  if (goal === undefined) return '';
  const [sign, value] = 'atMost' in goal ? ['≤', goal.atMost] : ['≥', goal.atLeast];
  return `${sign} ${show({ name, value, unit })}`;
}
