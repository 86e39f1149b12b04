/** A client that goes: the program runs on; the next one stops it. */

import { expect, test } from 'vitest';
import { describeWithLldb, InteractiveLldb, serveProgram } from './support/lldb.ts';
import { program } from './support/programs.ts';

describeWithLldb('a client that goes', () => {
  test.each(['detaches', 'vanishes', 'vanishes while the program runs'])('%s', async (how) => {
    const { witness, address } = await serveProgram([await program('tour'), 'spin']);
    const connect = `process connect --plugin wasm connect://${address}`;
    const first = new InteractiveLldb();
    await first.ask(connect, 'stopped');
    // It must be taken out when the client goes, or the program would stop for nobody.
    await first.ask('breakpoint set -n spin', 'Breakpoint 1');
    if (how === 'vanishes while the program runs') {
      await first.ask('continue', 'stop reason = breakpoint');
      await first.ask('continue', 'resuming');
      // So that the breakpoint is put back, behind which the program has just gone on.
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    if (how === 'detaches') await first.ask('detach', 'detached');
    else first.kill();
    await first.end();

    const second = new InteractiveLldb();
    const stop = await second.ask(connect, '// the loop');
    expect(stop).toContain('`spin');
    await second.ask('expression go_on = 0', '$0 = 0');
    await second.ask('continue', 'exited with status = 7');
    await second.end();
    expect(await witness.ended).toMatchObject({ status: 7, stdout: 'spun\n' });
  });
});
