/** The geometric means as bars, in SVG, legible on light and on dark. */
import type { Summary } from './report.ts';
import { VARIANTS } from './variants.ts';

const LEVELS = [
  { level: 'O2', title: 'optimized (-O2)', colour: '#3b7dd8' },
  { level: 'O0', title: 'not optimized (-O0 -g)', colour: '#d9822b' },
] as const;
const [WIDTH, LABELS, RIGHT] = [760, 230, 60];
const [TOP, BAR, GROUP, BOTTOM] = [56, 14, 42, 40];
/** Between light and dark, readable on both. */
const TEXT = '#808890';

export function chart({ geomean }: Summary): string {
  const variants = VARIANTS.filter(({ name }) => geomean[name] !== undefined);
  const values = variants.flatMap(({ name }) => Object.values(geomean[name]!));
  const most = Math.ceil(Math.max(1, ...values) * 2) / 2;
  const scale = (WIDTH - LABELS - RIGHT) / most;
  const bottom = TOP + variants.length * GROUP;
  const ticks = Array.from({ length: most * 2 + 1 }, (_, i) => i / 2);
  const grid = ticks.map((tick) => {
    const x = LABELS + tick * scale;
    const emphasis = tick === 1 ? '1.5' : '0.5';
    return (
      `<line x1="${px(x)}" y1="${TOP - 8}" x2="${px(x)}" y2="${bottom}" stroke="${TEXT}" stroke-width="${emphasis}"/>` +
      label(x, bottom + 16, tick.toFixed(1), 'middle')
    );
  });
  const bars = variants.flatMap(({ name, title }, i) => {
    const y = TOP + i * GROUP;
    const rows = LEVELS.flatMap(({ level, colour }, j) => {
      const value = geomean[name]![level];
      if (value === undefined) return [];
      const top = y + j * BAR;
      return [
        `<rect x="${LABELS}" y="${top}" width="${px(value * scale)}" height="${BAR - 2}" fill="${colour}"/>`,
        label(LABELS + value * scale + 6, top + 10, value.toFixed(2), 'start'),
      ];
    });
    return [label(LABELS - 10, y + BAR + 3, title, 'end'), ...rows];
  });
  const legend = LEVELS.flatMap(({ title, colour }, i) => {
    const x = LABELS + i * 170;
    return [
      `<rect x="${x}" y="16" width="12" height="12" fill="${colour}"/>`,
      label(x + 18, 26, title, 'start'),
    ];
  });
  const height = bottom + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    '<title>Time of programs as a multiple of plain V8, geometric means</title>',
    ...legend,
    ...grid,
    ...bars,
    label(LABELS, bottom + 32, 'time, as a multiple of plain V8 (less is better)', 'start'),
    '</svg>',
    '',
  ].join('\n');
}

function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${px(x)}" y="${px(y)}" fill="${TEXT}" text-anchor="${anchor}">${escaped}</text>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
