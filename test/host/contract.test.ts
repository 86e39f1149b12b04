/** The contract's cases, through every layer between a debugger and a program. */

import { afterAll, describe, expect, it } from 'vitest';
import { buildCInterpreter, buildTypeScriptInterpreter } from '../support/contract-guest/build.ts';
import type { Case } from './contract/cases.ts';
import { ENTITY_CASES } from './contract/cases-entities.ts';
import { MEMORY_CASES } from './contract/cases-memory.ts';
import { RUNNING_CASES } from './contract/cases-running.ts';
import { componentLayer } from './contract/component.ts';
import { compare, type Layer } from './contract/layer.ts';
import { assembleProgram, type Program } from './contract/program.ts';
import { recordedLayer } from './contract/recorded.ts';
import { remoteLayer } from './contract/remote.ts';
import { sameThreadLayer } from './contract/same-thread.ts';
import { parseScript } from './contract/script.ts';

const CASES: readonly Case[] = [...ENTITY_CASES, ...MEMORY_CASES, ...RUNNING_CASES];

const program: Program = await assembleProgram();
const layers: Layer[] = [
  sameThreadLayer(program),
  recordedLayer(program),
  remoteLayer(program),
  componentLayer('component in C', program, await buildCInterpreter(), true),
  componentLayer('component in TypeScript', program, await buildTypeScriptInterpreter(), false),
];
afterAll(() => Promise.all(layers.map((layer) => layer[Symbol.asyncDispose]())));

describe.each(layers)('$name', (layer) => {
  it.each(CASES)('$name', async ({ name, entry, script }) => {
    const commands = parseScript(script, program.symbols);
    const outcome = await layer.run({ name, entry, commands });
    expect(compare(layer, commands, outcome)).toEqual(commands.map(({ source }) => source));
    expect(outcome.held).toBe(0);
  });
});
