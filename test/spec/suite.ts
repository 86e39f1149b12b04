/** One file of the suite in all modes, each compared with V8 alone. */
import { Cruise, type Debugger, Erratic, Stepping } from './debuggers.ts';
import { Random } from './random.ts';
import { type Outcome, runScript } from './runner.ts';
import { type Command, loadScript, type Script } from './script.ts';
import { EngineTarget, PlainTarget, type Target } from './target.ts';

export const MODES = ['cruise', 'native', 'stepped', 'random'] as const;
export type Mode = (typeof MODES)[number];

/** How a script went in one target, compared with V8 alone. */
export interface Comparison {
  /** Of the assertions that V8 alone passes, those with the same outcome. */
  readonly passed: number;
  /** How often the program was stopped. */
  readonly stops: number;
  /** Stops at throws that were followed to a handler or out of the program. */
  readonly throws: number;
  /** Where the two differ, in any command; one line each. */
  readonly differences: readonly string[];
}

export interface FileReport {
  /** Assertions that say something about the engine, not only about the text format. */
  readonly assertions: number;
  /** Those that V8 alone passes. */
  readonly plain: number;
  /** The others, each with what V8 alone made of it; one line each. */
  readonly failures: readonly string[];
  readonly modes: Partial<Record<Mode, Comparison>>;
}

/**
 * @param name what lines on the file begin with
 * @param seed of the random mode; files are independent of each other
 * @throws Error for a script that cannot be read
 */
export async function runFile(
  path: string,
  name: string,
  seed: string,
  modes: readonly Mode[] = MODES,
): Promise<FileReport> {
  const script = await loadScript(path);
  const plain = runScript(script, new PlainTarget());
  const counted = countedAssertions(script, plain);
  return {
    assertions: script.commands.filter(isAssertion).length,
    plain: counted.filter(Boolean).length,
    failures: script.commands.flatMap((command, i) =>
      isAssertion(command) && !counted[i]
        ? [`${name}:${describe(command)}: ${plain[i]!.text || 'no error'}`]
        : [],
    ),
    modes: Object.fromEntries(
      modes.map((mode) => {
        const target = engineTarget(mode, `${seed}:${name}`);
        return [mode, compare(script, plain, target, `${mode}: ${name}`)];
      }),
    ),
  };
}

function engineTarget(mode: Mode, seed: string): EngineTarget {
  const random = new Random(seed);
  const made: Record<Mode, () => Debugger> = {
    cruise: () => new Cruise(),
    native: () => new Cruise(),
    stepped: () => new Stepping(),
    random: () => new Erratic(random),
  };
  const native = mode === 'native' || (mode === 'random' && random.chance(0.3));
  return new EngineTarget(made[mode](), native ? 'native' : 'exact');
}

/**
 * Runs a script in a target.
 *
 * @param plain its outcomes in V8 alone
 * @param label what the lines on differences begin with
 */
export function compare(
  script: Script,
  plain: readonly Outcome[],
  target: Target,
  label: string,
): Comparison {
  const counted = countedAssertions(script, plain);
  const differences: string[] = [];
  let passed = 0;
  runScript(script, target).forEach((outcome, i) => {
    const wrong = difference(outcome, plain[i]!);
    if (wrong !== undefined)
      differences.push(`${label}:${describe(script.commands[i]!)}: ${wrong}`);
    else if (counted[i]) passed++;
  });
  return { passed, stops: target.stops, throws: target.throws, differences };
}

function isAssertion({ kind }: Command): boolean {
  return kind.startsWith('assert_');
}

/** By command, whether it is an assertion that V8 alone passes. */
function countedAssertions({ commands }: Script, plain: readonly Outcome[]): boolean[] {
  return commands.map((command, i) => isAssertion(command) && plain[i]!.ok);
}

function difference(actual: Outcome, expected: Outcome): string | undefined {
  if (actual.complaints.length > 0) return actual.complaints.join('; ');
  if (actual.ok !== expected.ok || (!expected.loose && actual.text !== expected.text)) {
    return `gave ${actual.text || 'nothing'}, V8 alone ${expected.text || 'nothing'}`;
  }
  return undefined;
}

function describe(command: Command): string {
  const { line, kind } = command;
  if ('action' in command) return `${line} ${kind} ${command.action.field}`;
  return `${line} ${kind === 'assert_rejected' ? `assert_${command.how}` : kind}`;
}
