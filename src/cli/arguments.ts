/**
 * The command line in, a command out. Looks at nothing but the words: whether files exist is found
 * out later, so that this can be tested without a disk.
 *
 * `node:util` parseArgs does the lexing (`--a b`, `--a=b`, `-Db`, `--`), in its lenient mode and
 * with tokens: its strict mode would also judge what stands after the program, which is the
 * program's, and its messages say nothing about what to do.
 */
import { parseArgs } from 'node:util';
import type { Traps } from '../program/debuggee-messages.ts';
import { UsageError } from '../program/errors.ts';
import { nearest } from '../program/near.ts';
import { COMMANDS } from './commands.ts';
import { SHELLS, type Shell } from './completion.ts';
import { parseListenAddress } from './listen-address.ts';
import {
  type DebuggerChoice,
  INHERITABLE,
  type Inheritable,
  RUN_OPTIONS,
  type RunOptions,
  TRAPS,
} from './run-options.ts';

export type Command =
  /** A key of the texts of help. */
  | { readonly kind: 'help'; readonly topic: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'functions'; readonly program: string; readonly pattern: string }
  /** `function`: as it was given; undefined: all. */
  | {
      readonly kind: 'disassemble';
      readonly program: string;
      readonly function: string | undefined;
    }
  | { readonly kind: 'completion'; readonly shell: Shell }
  | { readonly kind: 'run'; readonly options: RunOptions };

/**
 * @param argv the words after `witness`
 * @param typed whether somebody is at a terminal, for whom the default debugger is the REPL
 * @throws UsageError
 */
export function parseCommandLine(argv: readonly string[], typed = false): Command {
  const [first, ...rest] = argv;
  switch (first) {
    case undefined:
      throw new UsageError('no command; try "witness run program.wasm" or "witness --help"');
    case 'run':
      return parseRun(rest, typed);
    case 'help':
      return { kind: 'help', topic: helpTopic(rest) };
    case 'functions':
    case 'disassemble':
      return parseInspection(first, rest);
    case 'completion':
      return parseCompletion(rest);
    case '--help':
    case '-h':
      return { kind: 'help', topic: 'witness' };
    case '--version':
    case '-V':
      return { kind: 'version' };
  }
  if (first.startsWith('-')) {
    throw new UsageError(
      `unknown option ${first} before the command; try "witness run ${first} ..." or "witness --help"`,
    );
  }
  throw new UsageError(
    looksLikeFile(first)
      ? `unknown command "${first}"; to run a program: witness run ${first}`
      : `unknown command "${first}"; ${advice(first)}`,
  );
}

function advice(word: string): string {
  const near = nearest(word, Object.keys(COMMANDS));
  return near === undefined ? 'see "witness --help"' : `did you mean ${near}?`;
}

function helpTopic([word, extra]: readonly string[]): string {
  if (extra !== undefined) throw new UsageError(`unexpected "${extra}" after "help ${word}"`);
  if (word === undefined) return 'witness';
  if (Object.hasOwn(COMMANDS, word)) return word;
  throw new UsageError(`no command "${word}"; ${advice(word)}`);
}

function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-h';
}

/** @throws UsageError for an option: these commands have none */
function noOptions(command: string, words: readonly string[]): void {
  const option = words.find((word) => word.startsWith('-') && word !== '-');
  if (option === undefined) return;
  throw new UsageError(`unknown option ${option}; see "witness ${command} --help"`);
}

function parseInspection(kind: 'functions' | 'disassemble', words: readonly string[]): Command {
  if (words.some(isHelp)) return { kind: 'help', topic: kind };
  noOptions(kind, words);
  const [program, word, extra] = words;
  if (program === undefined || program === '') {
    throw new UsageError(`no program; give the path of a .wasm file: witness ${kind} program.wasm`);
  }
  if (extra !== undefined) throw new UsageError(`unexpected "${extra}" after "${word}"`);
  return kind === 'functions'
    ? { kind, program, pattern: word ?? '' }
    : { kind, program, function: word };
}

function parseCompletion(words: readonly string[]): Command {
  if (words.some(isHelp)) return { kind: 'help', topic: 'completion' };
  noOptions('completion', words);
  const [word, extra] = words;
  const shell = SHELLS.find((known) => known === word);
  if (shell === undefined || extra !== undefined) {
    throw new UsageError(`witness completion: give one of ${SHELLS.join(', ')}`);
  }
  return { kind: 'completion', shell };
}

function looksLikeFile(word: string): boolean {
  return word.includes('/') || /\.wa(sm|t)$/.test(word);
}

type Values = Map<string, string[]>;

function parseRun(argv: readonly string[], typed: boolean): Command {
  const { values, program, args } = splitRun(argv);
  if (values.has('help')) return { kind: 'help', topic: 'run' };
  if (program === undefined) {
    throw new UsageError('no program; give the path of a .wasm file: witness run program.wasm');
  }
  if (program === '') throw new UsageError('the path of the program is empty');
  const gdb = values.get('gdb')?.[0];
  const listen = gdb === undefined ? undefined : parseListenAddress(gdb);
  const forPeople = typed || values.has('commands');
  const standard = listen !== undefined ? 'gdbstub' : forPeople ? 'repl' : 'trace';
  const debugger_ = debuggerChoice(values.get('debugger')?.[0] ?? standard);
  const debuggerArgs = values.get('debugger-arg') ?? [];
  const debuggerOutput = values.get('debugger-output')?.[0];
  if (debuggerOutput === '') {
    throw new UsageError('--debugger-output is empty; give a file, or - for standard output');
  }
  if (debugger_.kind === 'none') {
    for (const name of [
      'commands',
      'debugger-arg',
      'debugger-dir',
      'debugger-inherit',
      'debugger-output',
      'gdb',
    ]) {
      if (values.has(name)) throw new UsageError(`--${name} has no use with --debugger none`);
    }
  }
  if (listen !== undefined) {
    for (const name of ['commands', 'debugger-output']) {
      if (values.has(name)) throw new UsageError(`--${name} has no use with --gdb`);
    }
  }
  const invoke = values.get('invoke')?.[0];
  const traps = parseTraps(values.get('traps')?.[0] ?? 'exact');
  return {
    kind: 'run',
    options: {
      debugger: debugger_,
      debuggerArgs,
      debuggerInherit: parseInherit(values.get('debugger-inherit') ?? []),
      debuggerDirs: collect(values, 'debugger-dir', (word) => parseDir('debugger-dir', word)),
      debuggerOutput,
      verbose: values.has('verbose'),
      commands: fileOption(values, 'commands'),
      stdin: fileOption(values, 'stdin'),
      listen,
      network: values.has('network'),
      dirs: collect(values, 'dir', (word) => parseDir('dir', word)),
      env: collect(values, 'env', parseEnv),
      imports: collect(values, 'import', parseImport),
      invoke,
      traps,
      program,
      args,
    },
  };
}

function fileOption(values: Values, name: string): string | undefined {
  const [path] = values.get(name) ?? [];
  if (path === '') throw new UsageError(`--${name} is empty; give a file`);
  return path;
}

function parseTraps(word: string): Traps {
  const traps = TRAPS.find((known) => known === word);
  if (traps !== undefined) return traps;
  throw new UsageError(`--traps ${word}: it is either exact or native`);
}

function parseInherit(lists: readonly string[]): Set<Inheritable> {
  const inherited = new Set<Inheritable>();
  for (const word of lists.flatMap((list) => list.split(','))) {
    const known = INHERITABLE.find((name) => name === word);
    if (known === undefined) {
      throw new UsageError(
        `--debugger-inherit "${word}": it is a list of ${INHERITABLE.join(', ')}`,
      );
    }
    inherited.add(known);
  }
  return inherited;
}

/** Cuts the words at the program: options before it are ours, everything after it is its own. */
function splitRun(argv: readonly string[]): {
  values: Values;
  program: string | undefined;
  args: readonly string[];
} {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(RUN_OPTIONS).map(([name, spec]) => [
        name,
        {
          type: spec.value === undefined ? 'boolean' : 'string',
          ...(spec.short === undefined ? {} : { short: spec.short }),
        } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Values = new Map();
  for (const token of tokens) {
    if (token.kind === 'positional') {
      return { values, program: token.value, args: argv.slice(token.index + 1) };
    }
    if (token.kind === 'option') take(values, token.name, token.rawName, token.value);
  }
  return { values, program: undefined, args: [] };
}

function take(values: Values, name: string, rawName: string, value: string | undefined): void {
  const spec = Object.hasOwn(RUN_OPTIONS, name) ? RUN_OPTIONS[name] : undefined;
  if (spec === undefined) {
    const near = nearest(name, Object.keys(RUN_OPTIONS));
    throw new UsageError(
      `unknown option ${rawName}; ${near === undefined ? 'see "witness run --help"' : `did you mean --${near}?`}`,
    );
  }
  if (spec.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    values.set(name, []);
    return;
  }
  if (value === undefined) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}`);
  }
  const earlier = values.get(name);
  if (earlier === undefined) values.set(name, [value]);
  else if (spec.multiple === true) earlier.push(value);
  else throw new UsageError(`--${name} is given twice; give it once`);
}

/** A name never has a slash and does not end in .wasm, so that nothing on the disk decides. */
function debuggerChoice(word: string): DebuggerChoice {
  if (word === 'none') return { kind: 'none' };
  if (word === '') throw new UsageError('--debugger is empty; give a NAME, a PATH, or none');
  if (word.includes('/') || word.endsWith('.wasm')) return { kind: 'path', path: word };
  return { kind: 'built-in', name: word };
}

function collect(
  values: Values,
  option: string,
  parse: (value: string) => readonly [key: string, value: string],
): Map<string, string> {
  const map = new Map<string, string>();
  for (const word of values.get(option) ?? []) {
    const [key, value] = parse(word);
    // The last of two would win silently, and which one was meant cannot be known.
    if (map.has(key)) throw new UsageError(`--${option} is given twice for "${key}"`);
    map.set(key, value);
  }
  return map;
}

function parseDir(option: string, word: string): [guest: string, host: string] {
  const at = word.indexOf('::');
  const host = at === -1 ? word : word.slice(0, at);
  const guest = at === -1 ? word : word.slice(at + 2);
  if (host === '' || guest === '') {
    throw new UsageError(`--${option} ${word}: give HOST or HOST::GUEST, neither of them empty`);
  }
  return [guest, host];
}

function parseEnv(word: string): [name: string, value: string] {
  const at = word.indexOf('=');
  if (at < 1) {
    throw new UsageError(
      `--env ${word}: give NAME=VALUE; the environment of witness is not passed on`,
    );
  }
  return [word.slice(0, at), word.slice(at + 1)];
}

function parseImport(word: string): [name: string, file: string] {
  const at = word.indexOf('=');
  if (at === -1 || at === word.length - 1) {
    throw new UsageError(`--import ${word}: give NAME=FILE.mjs, for example env=imports.mjs`);
  }
  return [word.slice(0, at), word.slice(at + 1)];
}
