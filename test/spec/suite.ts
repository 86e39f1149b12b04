/** One file of the suite in all modes, each compared with V8 alone. */
import { basename } from 'node:path';
import { Cruise, type Debugger, Erratic, Stepping } from './debuggers.ts';
import { Random } from './random.ts';
import { type Outcome, runScript } from './runner.ts';
import { type Command, loadScript } from './script.ts';
import { EngineTarget, PlainTarget } from './target.ts';

export const MODES = ['cruise', 'stepped', 'random'] as const;
export type Mode = (typeof MODES)[number];

export interface FileReport {
  /** Assertions that say something about the engine, not only about the text format. */
  readonly assertions: number;
  /** Those that V8 alone passes. */
  readonly plain: number;
  /** Of these, those that are as in V8 alone under each mode. */
  readonly passed: Readonly<Record<Mode, number>>;
  /** Of these, those on modules that the engine refuses, by reason. */
  readonly notCovered: Readonly<Record<string, number>>;
  /** Where a mode differs from V8 alone, in any command; one line each. */
  readonly differences: readonly string[];
}

function makeTarget(mode: Mode, seed: string): EngineTarget {
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
 * @param seed of the random mode; files are independent of each other
 * @throws Error for a script that cannot be read
 */
export async function runFile(
  path: string,
  seed: string,
  modes: readonly Mode[] = MODES,
): Promise<FileReport> {
  const script = await loadScript(path);
  const plain = runScript(script, new PlainTarget());
  const isAssertion = script.commands.map(({ kind }) => kind.startsWith('assert_'));
  const differences: string[] = [];
  const passed = { cruise: 0, stepped: 0, random: 0 };
  const notCovered: Record<string, number> = {};
  for (const mode of modes) {
    const outcomes = runScript(script, makeTarget(mode, `${seed}:${basename(path)}`));
    outcomes.forEach((outcome, i) => {
      const expected = plain[i]!;
      const counts = isAssertion[i]! && expected.ok;
      if (outcome.notCovered !== undefined) {
        if (counts && mode === modes[0]) {
          notCovered[outcome.notCovered] = (notCovered[outcome.notCovered] ?? 0) + 1;
        }
        return;
      }
      const wrong = difference(outcome, expected);
      if (wrong === undefined) passed[mode] += counts ? 1 : 0;
      else differences.push(`${basename(path)}:${describe(script.commands[i]!)} ${mode}: ${wrong}`);
    });
  }
  return {
    assertions: isAssertion.filter(Boolean).length,
    plain: plain.filter(({ ok }, i) => isAssertion[i] && ok).length,
    passed,
    notCovered,
    differences,
  };
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
