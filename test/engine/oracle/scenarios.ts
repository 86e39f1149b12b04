/** The oracle's programs, by what they are about. */

import type { Scenario } from './scenario.ts';
import { arithmetic } from './scenarios/arithmetic.ts';
import { callPrograms } from './scenarios/calls.ts';
import { controlFlow } from './scenarios/control-flow.ts';
import { memoryAndState } from './scenarios/memory.ts';

export const scenarios: readonly Scenario[] = [
  ...controlFlow,
  ...callPrograms,
  ...arithmetic,
  ...memoryAndState,
];
