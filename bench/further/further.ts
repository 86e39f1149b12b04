/** All figures beside the times of programs. */
import { hostCalls } from '../host-calls.ts';
import { afterStop } from './after-stop.ts';
import { falseConditions } from './condition.ts';
import type { Figure } from './figure.ts';
import { interruptLatency } from './interrupt.ts';
import { loading } from './loading.ts';
import { start } from './start.ts';
import { engineSteps } from './steps.ts';

const GROUPS: Readonly<Record<string, () => Figure[] | Promise<Figure[]>>> = {
  'after-stop': afterStop,
  steps: engineSteps,
  condition: falseConditions,
  interrupt: interruptLatency,
  'host-calls': hostCalls,
  loading,
  start,
};

/** @param only parts of names of groups; undefined: all */
export async function further(only: readonly string[] | undefined): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(GROUPS)) {
    if (only !== undefined && !only.some((text) => name.includes(text))) continue;
    process.stderr.write(`${name}\n`);
    figures.push(...(await measure()));
  }
  return figures;
}
