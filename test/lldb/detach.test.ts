/** A client that goes: the program runs on; the next one stops it. */

import { expect, test } from 'vitest';
import { describeWithLldb, InteractiveLldb, serveProgram } from './support/lldb.ts';
import { line, program } from './support/programs.ts';

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
    await second.ask(connect, 'stopped');
    // On a slow machine the program has been stopped on its way to the loop. The column is that of
    // its body: the line begins with what is done once.
    const body = `-f tour.c -l ${await line('tour', 'the loop')} -u 23`;
    await second.ask(`breakpoint set ${body}`, 'Breakpoint 1');
    const stop = await second.ask('continue', 'stop reason = breakpoint');
    expect(stop + (await second.ask('frame info', 'tour.c:'))).toContain('`spin');
    await second.ask('breakpoint delete 1', 'deleted');
    await second.ask('expression go_on = 0', '$0 = 0');
    await second.ask('continue', 'exited with status = 7');
    await second.end();
    expect(await witness.ended).toMatchObject({ status: 7, stdout: 'spun\n' });
  });
});
