import { describe, expect, test } from 'vitest';
import { nearest } from '../../guest-debuggers/shared/src/near-names.ts';
import { parseOptions, UsageError } from '../../guest-debuggers/trace/src/options.ts';

test('options have defaults', () => {
  expect(parseOptions([])).toEqual({
    breakpoints: [],
    steps: 0,
    depth: 1,
    json: false,
    maxStops: Number.POSITIVE_INFINITY,
    help: false,
  });
});

test('breakpoints are names, indices and program counters, in the order given', () => {
  const { breakpoints } = parseOptions([
    '--break=fib',
    '--break=12',
    '--break=0x1F7',
    '--break=a=b',
  ]);
  expect(breakpoints).toEqual([
    { kind: 'name', name: 'fib' },
    { kind: 'index', index: 12 },
    { kind: 'pc', pc: 0x1f7 },
    { kind: 'name', name: 'a=b' },
  ]);
});

test('counts', () => {
  expect(parseOptions(['--step=40', '--depth=3', '--max-stops=5', '--json'])).toMatchObject({
    steps: 40,
    depth: 3,
    maxStops: 5,
    json: true,
  });
});

test.each([
  ['--brek=fib', "unknown option '--brek'; did you mean --break?"],
  ['fib', "unknown option 'fib'; --help lists the options"],
  ['--break', '--break needs a value: --break=...'],
  ['--break=', '--break needs a value: --break=...'],
  ['--break=0x80000000', '--break=0x80000000 is beyond the end of any module'],
  ['--break=4294967296', '--break=4294967296 is beyond any function index'],
  ['--step=x', "--step needs a whole number of at least 0, not 'x'"],
  ['--step=-1', "--step needs a whole number of at least 0, not '-1'"],
  ['--depth=0', "--depth needs a whole number of at least 1, not '0'"],
  ['--json=yes', '--json takes no value'],
])('%s is refused', (argument, message) => {
  expect(() => parseOptions([argument])).toThrow(new UsageError(message));
});

describe('names that come near', () => {
  const names = ['fib', 'fibonacci', 'report', '__main_argc_argv', 'printf', 'vfprintf'];
  test.each([
    ['fob', ['fib']],
    ['FIB', ['fib', 'fibonacci']],
    ['main', ['__main_argc_argv']],
    ['repotr', ['report']],
    ['print', ['printf', 'vfprintf']],
    ['zzzzz', []],
  ])('%s', (wanted, expected) => {
    expect(nearest(wanted, names, 3)).toEqual(expected);
  });

  test('at most as many as asked for', () => {
    expect(nearest('fib', ['fib1', 'fib2', 'fib3'], 2)).toEqual(['fib1', 'fib2']);
  });
});
