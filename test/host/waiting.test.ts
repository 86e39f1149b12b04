/** A debugger that waits for its program and for a socket at once. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { buildCInterpreter } from '../support/contract-guest/build.ts';
import { BEGIN } from './contract/cases.ts';
import { ComponentRunner } from './contract/component.ts';
import { assembleProgram } from './contract/program.ts';
import { parseScript } from './contract/script.ts';

it('polls the event together with a TCP connection', async () => {
  const program = await assembleProgram();
  await using runner = new ComponentRunner(program, await buildCInterpreter());
  const server = createServer();
  server.on('connection', (socket: Socket) => setTimeout(() => socket.write('hello'), 200));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const commands = parseScript(
      `
        ${BEGIN}
        memory = instance.get-memory instance d 0
        future = debuggee.continue d normal
        event = event-future.subscribe future
        input = tcp ${port}
        poll event,input -> [1]
        pollable.ready event -> false
        debuggee.interrupt d
        pollable.block event
        poll event,input -> [0,1]
        drop event
        event-future.finish future d -> interrupted
        memory.set-u32 memory d 0 1
      `,
      program.symbols,
    );
    const wires = commands.map(({ wire }) => wire);
    const { lines, failure } = await runner.run('spins', ['guest', ...wires]);
    expect(failure).toBeUndefined();
    const last = ['[1]', 'false', 'ok', 'ok', '[0,1]', 'ok', 'interrupted', 'ok'];
    expect(lines.slice(-last.length)).toEqual(last);
  } finally {
    server.close();
  }
});
