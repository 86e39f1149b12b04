/** Stops a program in several ways, and writes down what its frames show. */
import { expect } from 'vitest';
import type { CodeLimits } from '../../src/engine/instrument/code-limits.ts';
import { assemble, Debuggee, type OnStop, pcOf } from './debuggee.ts';

/** What to answer at each stop; each gives the same stops whatever versions run. */
export const WAYS: Readonly<Record<string, () => OnStop>> = {
  'at each instruction': () => () => 'step',
  'at breakpoints': () => () => 'run',
  'at breakpoints, and at some instructions behind each': () => runEach(7),
  'at breakpoints, and at the instruction behind each': () => runEach(2),
};

function runEach(count: number): OnStop {
  let steps = 0;
  return () => (++steps % count === 0 ? 'run' : 'step');
}

/**
 * Calls the export `f` of a program, which traps in the end.
 *
 * @param breakpoints - names of instructions: at the first of each
 * @returns all frames of each stop
 */
export async function framesOf(
  program: string,
  args: readonly (number | bigint)[],
  breakpoints: readonly string[],
  onStop: OnStop,
  codeLimits: CodeLimits,
): Promise<string[]> {
  const debuggee = new Debuggee(onStop, { codeLimits });
  const module = debuggee.engine.loadModule(await assemble(program));
  const instance = debuggee.engine.instantiate(module);
  for (const name of breakpoints) debuggee.engine.addBreakpoint(module, pcOf(module, name));
  expect(() => debuggee.call(instance, 'f', ...args)).toThrow(WebAssembly.RuntimeError);
  return debuggee.stops.map(({ event, activations }) =>
    [event, ...activations.flat().map(({ at, locals, operands }) => [at, locals, operands])].join(
      ' ',
    ),
  );
}
