/**
 * A session of an editor, as VS Code leads it: lldb-dap, driven over the Debug Adapter Protocol, with
 * the configuration that docs/vscode.md gives.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { describe, expect, onTestFinished, test } from 'vitest';
import { installed, serveProgram } from '../lldb/support/lldb.ts';
import { line, PROGRAMS, program } from '../lldb/support/programs.ts';

const LLDB_DAP = 'lldb-dap-22';
const there = installed(LLDB_DAP);
if (!there) console.warn(`skipped: ${LLDB_DAP} is not installed (apt-get install lldb-22)`);

const SOURCE = join(PROGRAMS, 'tour.c');

/** The attributes of the attach request, from the documentation. */
function configuration(address: string): Record<string, unknown> {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/vscode.md'), 'utf8');
  const json = /launch\.json`:\n\n```json\n([\s\S]*?)```/.exec(docs)?.[1];
  if (json === undefined) throw new Error('docs/vscode.md has no launch.json');
  const text = json
    .replaceAll('127.0.0.1:1234', address)
    .replaceAll(`\${workspaceFolder}`, PROGRAMS);
  const { configurations } = JSON.parse(text) as { configurations: Record<string, unknown>[] };
  return configurations[0]!;
}

/** lldb-dap, attached to a program, with breakpoints at these lines; the program runs. */
async function attach(words: readonly string[], lines: readonly number[]) {
  const { witness, address } = await serveProgram(words);
  const client = new DebugClient(LLDB_DAP, '', 'lldb-dap', { stdio: 'pipe' });
  client.defaultTimeout = 50_000;
  await client.start();
  // Not stop: that waits for an answer, which an adapter that has disconnected does not give.
  onTestFinished(() => (client as unknown as { stopAdapter(): void }).stopAdapter());
  const initialized = client.waitForEvent('initialized');
  await client.initializeRequest();
  const attached = client.attachRequest(
    configuration(address) as unknown as Parameters<DebugClient['attachRequest']>[0],
  );
  await initialized;
  const { body } = await client.setBreakpointsRequest({
    source: { path: SOURCE },
    breakpoints: lines.map((number) => ({ line: number })),
  });
  const stopped = client.waitForEvent('stopped');
  await client.configurationDoneRequest();
  await attached;
  return { witness, client, breakpoints: body.breakpoints, stopped };
}

async function top(client: DebugClient) {
  const { body } = await client.stackTraceRequest({ threadId: 1 });
  return body.stackFrames;
}

describe.skipIf(!there)('lldb-dap', () => {
  test('breaks, looks, steps and continues to the end', async () => {
    const path = await program('tour');
    const call = await line('tour', 'outer calls');
    const { witness, client, stopped, breakpoints } = await attach([path], [call]);
    expect((await stopped).body).toMatchObject({ reason: 'breakpoint', threadId: 1 });
    expect(breakpoints).toMatchObject([{ line: call }]);

    const frames = await top(client);
    expect(frames[0]).toMatchObject({ name: 'outer', line: call, source: { path: SOURCE } });
    expect(frames.map(({ name }) => name)).toContain('__main_argc_argv');

    const frameId = frames[0]!.id;
    const { scopes } = (await client.scopesRequest({ frameId })).body;
    const locals = scopes.find(({ name }) => name === 'Locals')!;
    const { variables } = (
      await client.variablesRequest({ variablesReference: locals.variablesReference })
    ).body;
    expect(variables.find(({ name }) => name === 'n')).toMatchObject({ type: 'int', value: '5' });
    const here = variables.find(({ name }) => name === 'here')!;
    const fields = await client.variablesRequest({ variablesReference: here.variablesReference });
    expect(fields.body.variables.map(({ name, value }) => [name, value]).slice(0, 2)).toEqual([
      ['x', '5'],
      ['y', '-5'],
    ]);
    const sum = await client.evaluateRequest({
      expression: 'n + here.y * 2',
      frameId,
      context: 'watch',
    });
    expect(sum.body.result).toBe('-5');

    let step = client.waitForEvent('stopped');
    await client.nextRequest({ threadId: 1 });
    expect((await step).body.reason).toBe('step');
    expect((await top(client))[0]).toMatchObject({ name: 'outer', line: call + 1 });

    step = client.waitForEvent('stopped');
    await client.stepInRequest({ threadId: 1 });
    await step;
    expect((await top(client))[0]).toMatchObject({ name: 'inner' });

    step = client.waitForEvent('stopped');
    await client.stepOutRequest({ threadId: 1 });
    await step;
    expect((await top(client))[0]).toMatchObject({ name: 'outer', line: call + 1 });

    const exited = client.waitForEvent('exited');
    await client.continueRequest({ threadId: 1 });
    expect((await exited).body.exitCode).toBe(7);
    expect(await witness.ended).toMatchObject({ status: 7, stdout: '33\n' });
  });

  test('shows what a trap is, and leaves the program to it', async () => {
    const path = await program('tour');
    const { witness, client, stopped } = await attach([path, 'divide'], []);
    expect((await stopped).body).toMatchObject({
      reason: 'exception',
      description: expect.stringContaining('wasm trap: integer divide by zero'),
    });
    await client.stop();
    expect((await witness.ended).status).toBe(134);
  });

  test('pauses a loop', async () => {
    const path = await program('tour');
    const { witness, client, stopped } = await attach(
      [path, 'spin'],
      [await line('tour', 'the loop')],
    );
    await stopped;
    await client.setBreakpointsRequest({ source: { path: SOURCE }, breakpoints: [] });
    await client.continueRequest({ threadId: 1 });
    const paused = client.waitForEvent('stopped');
    // LLDB refuses to interrupt what is just being resumed.
    const pause = async (): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return client.pauseRequest({ threadId: 1 }).catch(pause);
    };
    await pause();
    await paused;
    const [frame] = await top(client);
    expect(frame).toMatchObject({ name: 'spin' });
    const expression = 'go_on = 0';
    await client.evaluateRequest({ expression, frameId: frame!.id, context: 'watch' });
    await client.continueRequest({ threadId: 1 });
    expect(await witness.ended).toMatchObject({ status: 7, stdout: 'spun\n' });
  });
});
