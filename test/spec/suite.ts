/** One file of the suite in all modes, each compared with V8 alone. */
import { basename } from 'node:path';
import { Cruise, type Debugger, Erratic, Stepping } from './debuggers.ts';
import { Random } from './random.ts';
import { type Outcome, runScript } from './runner.ts';
import { type Command, loadScript, type Script } from './script.ts';
import { EngineTarget, PlainTarget, type Target } from './target.ts';

export const MODES = ['cruise', 'stepped', 'random'] as const;
export type Mode = (typeof MODES)[number];

/** How a script went in one target, compared with V8 alone. */
export interface Comparison {
  /** Of the assertions that V8 alone passes, those with the same outcome. */
  readonly passed: number;
  /** Of the same, those on modules that the target refuses, by reason. */
  readonly notCovered: Readonly<Record<string, number>>;
  /** How often the program was stopped. */
  readonly stops: number;
  /** Where the two differ, in any command; one line each. */
  readonly differences: readonly string[];
}

export interface FileReport {
  /** Assertions that say something about the engine, not only about the text format. */
  readonly assertions: number;
  /** Those that V8 alone passes. */
  readonly plain: number;
  readonly modes: Partial<Record<Mode, Comparison>>;
}

/**
 * @param seed of the random mode; files are independent of each other
 * @throws Error for a script that cannot be read
 */
export async function runFile(
  path: string,
  seed: string,
  modes: readonly Mode[] = MODES,
): Promise<FileReport> {
  const script = await loadScript(path);
  const name = basename(path);
  const plain = runScript(script, new PlainTarget());
  const counted = countedAssertions(script, plain);
  return {
    assertions: script.commands.filter(isAssertion).length,
    plain: counted.filter(Boolean).length,
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
    stepped: () => new Stepping(),
    random: () => new Erratic(random),
  };
  const traps = mode === 'random' && random.chance(0.3) ? 'native' : 'exact';
  return new EngineTarget(made[mode](), traps);
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
  const notCovered: Record<string, number> = {};
  let passed = 0;
  runScript(script, target).forEach((outcome, i) => {
    const reason = outcome.notCovered;
    if (reason !== undefined) {
      if (counted[i]) notCovered[reason] = (notCovered[reason] ?? 0) + 1;
      return;
    }
    const wrong = difference(outcome, plain[i]!);
    if (wrong !== undefined)
      differences.push(`${label}:${describe(script.commands[i]!)}: ${wrong}`);
    else if (counted[i]) passed++;
  });
  return { passed, notCovered, stops: target.stops, differences };
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
  const what = 'action' in command ? `${command.kind} ${command.action.field}` : command.kind;
  return `${command.line} ${what}`;
}
