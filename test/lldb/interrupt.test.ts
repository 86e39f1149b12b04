/** Ctrl-C: in a loop without calls; and what the debugger changes lets the program out of it. */

import { expect, test } from 'vitest';
import { describeWithLldb, InteractiveLldb, serveProgram } from './support/lldb.ts';
import { program } from './support/programs.ts';

describeWithLldb('interrupting', () => {
  test('stops a loop without calls, twice, and goes on', async () => {
    const { witness, address } = await serveProgram([await program('tour'), 'spin']);
    const lldb = new InteractiveLldb();
    await lldb.ask(`process connect --plugin wasm connect://${address}`, 'stopped');
    await lldb.ask('breakpoint set -n spin', 'Breakpoint 1');
    await lldb.ask('continue', 'stop reason = breakpoint');
    // Else LLDB might be interrupted on its way off it, and say so.
    await lldb.ask('breakpoint delete 1', 'deleted');
    for (let turn = 0; turn < 2; turn++) {
      await lldb.ask('continue', 'resuming');
      const stop = await lldb.ask('process interrupt', '// the loop', 1000);
      expect(stop).toContain('stop reason = signal SIGINT');
      expect(stop).toContain('`spin');
    }
    await lldb.ask('expression go_on = 0', '$0 = 0');
    await lldb.ask('continue', 'exited with status = 7');
    await lldb.end();
    expect(await witness.ended).toMatchObject({ status: 7, stdout: 'spun\n' });
  });
});
