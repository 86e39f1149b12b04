/** What runs a case's script, in one of the layers between a debugger and a program. */

import type { Command } from './script.ts';

export interface Scenario {
  readonly name: string;
  /** Export of the program that is called. */
  readonly entry: string;
  readonly commands: readonly Command[];
  readonly trapsGoOn?: true;
}

export interface Outcome {
  /**
   * The text of each command's result. After a trap, `trap MESSAGE`, there are no more.
   */
  readonly results: readonly string[];
  /** Handles that the debugger never gave back. */
  readonly held: number;
}

export interface Layer extends AsyncDisposable {
  readonly name: string;
  /** Whether all bits of what a debugger passes get through. */
  readonly exact: boolean;
  /** Whether the debugger is a component, which a trap ends. */
  readonly component: boolean;
  /** Whether a debugger can wait for the program among other things. */
  readonly polls: boolean;
  run(scenario: Scenario): Promise<Outcome>;
}

/** Whether the script ends with this result. */
export function ends({ trapsGoOn }: Scenario, result: string | undefined): boolean {
  return trapsGoOn !== true && result?.startsWith('trap ') === true;
}

/** The commands, each with what it gave where that is not what it should be. */
export function compare(layer: Layer, commands: readonly Command[], outcome: Outcome): string[] {
  return commands.map(({ source, expect, exact }, i) => {
    const result = outcome.results[i] ?? 'nothing';
    const fits = (exact && !layer.exact && result !== 'nothing') || matches(expect, result);
    return fits ? source : `${source}, not ${result}`;
  });
}

function matches(expected: string | RegExp | undefined, result: string): boolean {
  if (expected === undefined) return !/^(error|trap|nothing|not a|no )/.test(result);
  return typeof expected === 'string' ? expected === result : expected.test(result);
}
