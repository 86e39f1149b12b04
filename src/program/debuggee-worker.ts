/**
 * The debuggee Worker's entry: the program, its imports and the engine live here, and this thread
 * is blocked whenever the program is paused. Main spawns it; see debuggee-messages.ts for what it
 * says to main.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { OnStage } from '../host/stage.ts';
import type { DebuggeeMessage, DebuggeeStart } from './debuggee-messages.ts';
import { messageOf, StartError, UsageError } from './errors.ts';
import { type Program, prepareProgram } from './program.ts';
import { createSession } from './session.ts';
import { describeTrap } from './trap.ts';
import { writeOutputDirectly } from './worker-output.ts';

function report(message: DebuggeeMessage): void {
  parentPort!.postMessage(message);
}

/** Main cannot tell an exit code 1 of JavaScript in here from a crash of this Worker. */
function reportProcessExit(): void {
  const exit = process.exit;
  process.exit = (code?: number | string | null): never => {
    report({ kind: 'process-exit', status: Number(code ?? process.exitCode ?? 0) });
    return exit(code);
  };
}

function refusal(error: unknown): DebuggeeMessage | undefined {
  if (!(error instanceof UsageError || error instanceof StartError)) return undefined;
  return { kind: 'refused', usage: error instanceof UsageError, message: messageOf(error) };
}

async function debuggee(start: DebuggeeStart): Promise<void> {
  const onStage: OnStage = (stage) => report({ kind: 'stage', stage });
  const session = createSession(start, onStage);
  let program: Program;
  try {
    program = await prepareProgram(session.engine, start, onStage);
  } catch (error) {
    const refused = refusal(error);
    if (refused === undefined) throw error;
    report(refused);
    return;
  }
  report({ kind: 'ready' });
  session.pauseBeforeStart();
  let end: DebuggeeMessage;
  try {
    end = { kind: 'exited', status: program.run() };
  } catch (error) {
    const message = describeTrap(error, session.framesOf(error));
    end = refusal(error) ?? { kind: 'trapped', message };
  }
  report(end);
  session.complete();
}

writeOutputDirectly();
reportProcessExit();
await debuggee(workerData as DebuggeeStart);
