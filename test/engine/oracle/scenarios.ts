/** The oracle's programs, by what they are about. */

import { randomScenario } from '../fuzz/program.ts';
import type { Scenario } from './scenario.ts';
import { arithmetic } from './scenarios/arithmetic.ts';
import { callPrograms } from './scenarios/calls.ts';
import { controlFlow } from './scenarios/control-flow.ts';
import { exceptions } from './scenarios/exceptions.ts';
import { garbageCollected } from './scenarios/gc.ts';
import { legacyExceptions } from './scenarios/legacy-exceptions.ts';
import { memoryAndState } from './scenarios/memory.ts';
import { references } from './scenarios/references.ts';
import { segments } from './scenarios/segments.ts';

const random = Array.from({ length: 12 }, (_, i) => ({ ...randomScenario(2000 + i), stops: 250 }));

export const scenarios: readonly Scenario[] = [
  ...controlFlow,
  ...callPrograms,
  ...arithmetic,
  ...memoryAndState,
  ...references,
  ...garbageCollected,
  ...segments,
  ...exceptions,
  ...legacyExceptions,
  ...random,
];
