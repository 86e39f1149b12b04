import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/arguments.ts';
import { HELP, RUN_HELP } from '../../src/cli/help.ts';
import { RUN_OPTIONS, type RunOptions } from '../../src/cli/run-options.ts';
import { UsageError } from '../../src/program/errors.ts';

function runOptions(...words: string[]): RunOptions {
  const command = parseCommandLine(['run', ...words]);
  if (command.kind !== 'run') throw new Error(`parsed as ${command.kind}`);
  return command.options;
}

describe('witness run', () => {
  test('without options runs trace', () => {
    expect(runOptions('p.wasm')).toEqual({
      debugger: { kind: 'built-in', name: 'trace' },
      debuggerArgs: [],
      debuggerInherit: new Set(),
      debuggerDirs: new Map(),
      debuggerOutput: undefined,
      verbose: false,
      commands: undefined,
      stdin: undefined,
      listen: undefined,
      dirs: new Map(),
      env: new Map(),
      imports: new Map(),
      invoke: undefined,
      traps: 'exact',
      network: false,
      program: 'p.wasm',
      args: [],
    });
  });

  test('is for people where they are', () => {
    const repl = { kind: 'built-in', name: 'repl' };
    expect(parseCommandLine(['run', 'p.wasm'], true)).toMatchObject({
      options: { debugger: repl },
    });
    expect(runOptions('--commands', 'c.txt', 'p.wasm').debugger).toEqual(repl);
  });

  test('takes every option, in both forms', () => {
    const expected: RunOptions = {
      debugger: { kind: 'built-in', name: 'gdb' },
      debuggerArgs: ['--json', '-x'],
      debuggerInherit: new Set(['stdin', 'env', 'network']),
      debuggerDirs: new Map([['/d', 'e']]),
      debuggerOutput: '-',
      verbose: true,
      commands: 'c.txt',
      stdin: 'in.txt',
      listen: undefined,
      dirs: new Map([
        ['.', '.'],
        ['/data', '/tmp/x'],
      ]),
      env: new Map([
        ['A', '1'],
        ['B', 'x=y'],
        ['C', ''],
      ]),
      imports: new Map([['env', 'e.mjs']]),
      invoke: 'add',
      traps: 'native',
      network: true,
      program: 'p.wasm',
      args: ['1'],
    };
    const words =
      '--debugger gdb --debugger-arg --json --debugger-arg -x --debugger-output - --commands c.txt --verbose --stdin in.txt --dir . ' +
      '--debugger-inherit stdin,env --debugger-inherit network --debugger-dir e::/d ' +
      '--dir /tmp/x::/data --env A=1 --env B=x=y --env C= --import env=e.mjs --invoke add --traps native --network p.wasm 1';
    expect(runOptions(...words.split(' '))).toEqual(expected);
    const joined = words.replaceAll(/(--[a-z-]+) (?=\S+ )/g, (all, option: string) =>
      RUN_OPTIONS[option.slice(2)]?.value !== undefined ? `${option}=` : all,
    );
    expect(joined).toContain(
      '--debugger-arg=--json --debugger-arg=-x --debugger-output=- --commands=c.txt',
    );
    expect(runOptions(...joined.split(' '))).toEqual(expected);
  });

  test.each([
    [['-D', 'none'], { kind: 'none' }],
    [['-Dnone'], { kind: 'none' }],
    [['-D', './d'], { kind: 'path', path: './d' }],
    [['-D', 'd.wasm'], { kind: 'path', path: 'd.wasm' }],
    [['--debugger=a/b.wasm'], { kind: 'path', path: 'a/b.wasm' }],
    [['--debugger=profile'], { kind: 'built-in', name: 'profile' }],
  ])('%j chooses the debugger', (words, choice) => {
    expect(runOptions(...words, 'p.wasm').debugger).toEqual(choice);
  });

  test.each([
    [['p.wasm', '--help'], 'p.wasm', ['--help']],
    [['p.wasm', '--', '-D', 'x'], 'p.wasm', ['--', '-D', 'x']],
    [['--', 'p.wasm', '--dir'], 'p.wasm', ['--dir']],
    [['--', '-p.wasm', 'a'], '-p.wasm', ['a']],
    [['--dir', '.', 'p.wasm', '-1', ''], 'p.wasm', ['-1', '']],
    [['-', 'x'], '-', ['x']],
  ])('%j leaves everything after the program to it', (words, program, args) => {
    expect(runOptions(...words)).toMatchObject({ program, args });
  });

  test('-g serves clients, of gdbstub if nothing else is said', () => {
    const gdbstub = { kind: 'built-in', name: 'gdbstub' };
    expect(runOptions('-g', '1234', 'p.wasm')).toMatchObject({
      debugger: gdbstub,
      listen: { host: '127.0.0.1', port: 1234 },
    });
    expect(runOptions('--gdb=[::1]:0', 'p.wasm').listen).toEqual({ host: '::1', port: 0 });
    expect(runOptions('-g', '0.0.0.0:80', '-D', './d.wasm', 'p.wasm')).toMatchObject({
      debugger: { kind: 'path', path: './d.wasm' },
      listen: { host: '0.0.0.0', port: 80 },
    });
    for (const word of ['', 'x', '65536', ':1', '::1:1', '1234x', '-1']) {
      expect(() => runOptions(`--gdb=${word}`, 'p.wasm')).toThrow(/give a PORT from 0 to 65535/);
    }
    expect(() => runOptions('-g', '1', '-D', 'none', 'p.wasm')).toThrow('--gdb has no use');
    expect(() => runOptions('-g', '1', '--commands', 'c', 'p.wasm')).toThrow(
      '--commands has no use',
    );
  });

  test('--dir without a guest path keeps the host path', () => {
    expect(runOptions('--dir', '/a b', 'p').dirs).toEqual(new Map([['/a b', '/a b']]));
  });
});

test.each([
  [['--help'], { kind: 'help', topic: 'witness' }],
  [['-h'], { kind: 'help', topic: 'witness' }],
  [['help'], { kind: 'help', topic: 'witness' }],
  [['help', 'run'], { kind: 'help', topic: 'run' }],
  [['run', '--help'], { kind: 'help', topic: 'run' }],
  [['run', '-D', 'none', '-h', 'p.wasm'], { kind: 'help', topic: 'run' }],
  [['--version'], { kind: 'version' }],
  [['-V'], { kind: 'version' }],
])('%j', (words, command) => {
  expect(parseCommandLine(words)).toEqual(command);
});

/** Wrong command lines. `command.test.ts` checks that the exit status is 2. */
test.each([
  ['', 'no command; try "witness run program.wasm" or "witness --help"'],
  ['p.wasm', 'unknown command "p.wasm"; to run a program: witness run p.wasm'],
  ['a/b', 'unknown command "a/b"; to run a program: witness run a/b'],
  ['debug', 'unknown command "debug"; see "witness --help"'],
  [
    '-D none p.wasm',
    'unknown option -D before the command; try "witness run -D ..." or "witness --help"',
  ],
  ['run', 'no program; give the path of a .wasm file: witness run program.wasm'],
  ['run --', 'no program; give the path of a .wasm file: witness run program.wasm'],
  ['run -D none', 'no program; give the path of a .wasm file: witness run program.wasm'],
  ['run --debuger trace p.wasm', 'unknown option --debuger; did you mean --debugger?'],
  ['run --xyzzy p.wasm', 'unknown option --xyzzy; see "witness run --help"'],
  ['run --constructor p.wasm', 'unknown option --constructor; see "witness run --help"'],
  ['run -x p.wasm', 'unknown option -x; see "witness run --help"'],
  ['run --help=1 p.wasm', '--help takes no value'],
  ['run --invoke', '--invoke needs a value: --invoke EXPORT'],
  ['run -D', '-D needs a value: -D NAME|PATH'],
  ['run --dir', '--dir needs a value: --dir HOST[::GUEST]'],
  ['run -D a -D b p.wasm', '--debugger is given twice; give it once'],
  ['run --invoke a --invoke=b p.wasm', '--invoke is given twice; give it once'],
  ['run --debugger= p.wasm', '--debugger is empty; give a NAME, a PATH, or none'],
  [
    'run --debugger-output= p.wasm',
    '--debugger-output is empty; give a file, or - for standard output',
  ],
  ['run -D none --debugger-arg=x p.wasm', '--debugger-arg has no use with --debugger none'],
  ['run -D none --debugger-output=x p.wasm', '--debugger-output has no use with --debugger none'],
  [
    'run -D none --debugger-inherit=stdin p.wasm',
    '--debugger-inherit has no use with --debugger none',
  ],
  [
    'run --debugger-inherit=stdin,files p.wasm',
    '--debugger-inherit "files": it is a list of stdin, network, env',
  ],
  [
    'run --debugger-dir ::/x p.wasm',
    '--debugger-dir ::/x: give HOST or HOST::GUEST, neither of them empty',
  ],
  ['rnu p.wasm', 'unknown command "rnu"; did you mean run?'],
  ['help ruin', 'no command "ruin"; did you mean run?'],
  ['functions', 'no program; give the path of a .wasm file: witness functions program.wasm'],
  ['functions --all p.wasm', 'unknown option --all; see "witness functions --help"'],
  ['disassemble p.wasm a b', 'unexpected "b" after "a"'],
  ['completion csh', 'witness completion: give one of bash, zsh, fish'],
  ['run --traps all p.wasm', '--traps all: it is either exact or native'],
  ['run --dir= p.wasm', '--dir : give HOST or HOST::GUEST, neither of them empty'],
  ['run --dir=::/x p.wasm', '--dir ::/x: give HOST or HOST::GUEST, neither of them empty'],
  ['run --dir=.:: p.wasm', '--dir .::: give HOST or HOST::GUEST, neither of them empty'],
  ['run --dir a::/x --dir b::/x p.wasm', '--dir is given twice for "/x"'],
  [
    'run --env HOME p.wasm',
    '--env HOME: give NAME=VALUE; the environment of witness is not passed on',
  ],
  ['run --env =x p.wasm', '--env =x: give NAME=VALUE; the environment of witness is not passed on'],
  ['run --env A=1 --env A=2 p.wasm', '--env is given twice for "A"'],
  ['run --import env p.wasm', '--import env: give NAME=FILE.mjs, for example env=imports.mjs'],
  ['run --import env= p.wasm', '--import env=: give NAME=FILE.mjs, for example env=imports.mjs'],
  ['run --import a=x --import a=y p.wasm', '--import is given twice for "a"'],
])('wrong: witness %s', (line, message) => {
  const parse = () => parseCommandLine(line === '' ? [] : line.split(' '));
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(new UsageError(message));
});

test('an empty program path', () => {
  expect(() => runOptions('')).toThrow('the path of the program is empty');
});

test('the help names every option and fits a screen', () => {
  for (const name of Object.keys(RUN_OPTIONS)) expect(RUN_HELP).toContain(`--${name}`);
  for (const help of Object.values(HELP)) {
    const lines = help.split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(96);
  }
});
