/**
 * The contract's cases, through every layer between a debugger and a program. The table of what
 * they have seen is written to node_modules/.cache/witness-contract.md, and printed if
 * WITNESS_CONTRACT_TABLE is set.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { buildCInterpreter, buildTypeScriptInterpreter } from '../support/contract-guest/build.ts';
import type { Case } from './contract/cases.ts';
import { ENTITY_CASES } from './contract/cases-entities.ts';
import {
  ALL_TRAPS,
  DROPPED_TRAPS,
  FAULT_CASES,
  RUNNING_TRAPS,
  VALUE_TRAPS,
} from './contract/cases-generated.ts';
import { MEMORY_CASES } from './contract/cases-memory.ts';
import { RUNNING_CASES } from './contract/cases-running.ts';
import { WAITING_CASES } from './contract/cases-waiting.ts';
import { componentLayer } from './contract/component.ts';
import { compare, type Layer } from './contract/layer.ts';
import { assembleProgram, type Program } from './contract/program.ts';
import { recordedLayer } from './contract/recorded.ts';
import { remoteLayer } from './contract/remote.ts';
import { sameThreadLayer } from './contract/same-thread.ts';
import { parseScript } from './contract/script.ts';
import { Table } from './contract/table.ts';

const TABLE = fileURLToPath(
  new URL('../../node_modules/.cache/witness-contract.md', import.meta.url),
);

const program: Program = await assembleProgram();
const layers: Layer[] = [
  sameThreadLayer(program),
  recordedLayer(program),
  remoteLayer(program),
  componentLayer('component in C', program, await buildCInterpreter(), true),
  componentLayer('component in TypeScript', program, await buildTypeScriptInterpreter(), false),
];
const table = new Table(layers);
afterAll(() => Promise.all(layers.map((layer) => layer[Symbol.asyncDispose]())));

function casesFor({ component, polls }: Layer): Case[] {
  return [
    ...[...ENTITY_CASES, ...MEMORY_CASES, ...RUNNING_CASES, ...FAULT_CASES, ...VALUE_TRAPS],
    ...(component ? [...RUNNING_TRAPS, ...DROPPED_TRAPS] : ALL_TRAPS),
    ...(polls ? WAITING_CASES : []),
  ];
}

describe.each(layers)('$name', (layer) => {
  it.each(casesFor(layer))('$name', async ({ name, entry, script, fault, trapsGoOn }) => {
    const commands = parseScript(script, program.symbols);
    const scenario = { name, entry, commands, ...(trapsGoOn && { trapsGoOn }) };
    const outcome = await layer.run(scenario);
    table.add(layer, commands, outcome, fault === true);
    expect(compare(layer, commands, outcome)).toEqual(commands.map(({ source }) => source));
    expect(outcome.held).toBe(0);
  });
});

it('has seen every method with every outcome in every layer', () => {
  writeFileSync(TABLE, table.toString());
  if (process.env['WITNESS_CONTRACT_TABLE']) console.log(table.toString());
  expect(table.empty()).toEqual([]);
});
