/**
 * `witness run` on the main thread: starts the debugger Worker and the debuggee Worker, waits for
 * both, ends both. This thread never blocks, so that Ctrl-C works whatever the two do.
 *
 *     both running --program ends--> debugger still looking --debugger done--> status of the program
 *                  --debugger done--> program runs on       --program ends---> status of the program
 *                  --debugger fails, program cannot start, a thread dies, a signal--> both are ended
 */
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { createChannel } from '../channel/buffers.ts';
import { createDebugMemory } from '../engine/runtime/debug-memory.ts';
import type { Stage } from '../host/stage.ts';
import type { ProgramFile } from '../program/debuggee-messages.ts';
import { reason, StartError, UsageError } from '../program/errors.ts';
import { readProgramFile } from '../program/program-file.ts';
import { type ProgramEnd, type ProgramThread, startProgram } from '../program/program-thread.ts';
import { say } from '../program/terminal.ts';
import { listenForClients } from './client-server.ts';
import { capabilitiesOf, type DebuggerThread, startDebugger } from './debugger-thread.ts';
import { FAILED, INTERRUPTED, TERMINATED, TRAPPED, USAGE } from './exit-status.ts';
import { checkDirsAndImports, resolveDebugger } from './files.ts';
import { isRepl, openInputs } from './inputs.ts';
import { type Interactive, replArguments, startInteractive } from './interactive.ts';
import { endedInTime, leaveAbruptly } from './leave.ts';
import { Progress } from './progress.ts';
import type { RunOptions } from './run-options.ts';

const STDOUT = 1;
const STDERR = 2;

/**
 * @returns the exit status; its reason has been said
 * @throws UsageError, StartError: nothing has been started
 */
export async function run(options: RunOptions): Promise<number> {
  const component =
    options.debugger.kind === 'none' ? undefined : resolveDebugger(options.debugger);
  checkDirsAndImports(options);
  const file = readProgramFile(options.program);
  checkOptions(options, file);
  const inputs = openInputs(options);
  const output = openOutput(options.debuggerOutput);
  const memory = createDebugMemory();
  const channel = component === undefined ? undefined : createChannel();
  const clients =
    options.listen === undefined || channel === undefined
      ? undefined
      : await listenForClients(options.listen, channel);
  clients?.ready.then(() => say(`process connect --plugin wasm connect://${clients.address}`));
  const debuggerOutput = output ?? (isRepl(options.debugger) ? STDERR : undefined);
  const interactive =
    channel === undefined || debuggerOutput === undefined
      ? undefined
      : startInteractive({
          options,
          input: inputs.debugger,
          output: debuggerOutput,
          channel,
          memory,
        });
  const signals = watchSignals(interactive);
  const progress = new Progress(options.verbose);
  progress.say(`${options.program} is ${describeFile(file)}`);
  if (component !== undefined) progress.say(`the debugger is ${component.path}`);
  const onStage = (stage: Stage) => progress.stage(stage);
  const program = startProgram(
    {
      ...threadOptions(options),
      stdin: inputs.program,
      file,
      memory,
      channel,
    },
    onStage,
  );
  const debugger_ =
    component === undefined || channel === undefined
      ? undefined
      : startDebugger({
          component,
          args: [
            ...ownArguments(options, file, debuggerOutput ?? STDERR, interactive !== undefined),
            ...options.debuggerArgs,
          ],
          capabilities: capabilitiesOf(options, inputs.debugger),
          output: debuggerOutput,
          memory,
          channel,
          clients: clients?.port,
          editor: interactive?.port,
          onStage,
        });
  const outcome = await Promise.race([signals.received, settle(program, debugger_)]);
  progress.end();
  progress.say(`ended with status ${outcome.status}`);
  await clients?.close();
  interactive?.close();
  if (outcome.message !== undefined) say(outcome.message);
  // Not closeChannel: it would wake both to report to the user that the other is gone.
  const endings = [program.terminate()];
  if (debugger_ !== undefined) endings.push(debugger_.terminate());
  const ended = await endedInTime(endings);
  signals.stop();
  if (!ended) leaveAbruptly(outcome.status);
  inputs.close();
  if (output !== undefined && output !== STDOUT) closeSync(output);
  return outcome.status;
}

function threadOptions(options: RunOptions) {
  const { program, args, dirs, env, imports, invoke, traps, network } = options;
  return { program, args, dirs, env, imports, invoke, traps, network };
}

function describeFile(file: ProgramFile): string {
  if (file.kind === 'javascript') return 'a program in JavaScript';
  return `a ${file.kind} of ${file.bytes.length} bytes`;
}

/** What built-in debuggers are told about where they run. */
function ownArguments(
  { debugger: debugger_, program }: RunOptions,
  { kind }: ProgramFile,
  output: number,
  typed: boolean,
): string[] {
  if (isRepl(debugger_)) return replArguments(output, typed);
  // A path, by which LLDB knows the module for a file that it has loaded before.
  const gdbstub = debugger_.kind === 'built-in' && debugger_.name === 'gdbstub';
  return gdbstub && kind === 'module' ? [`--program=${resolve(program)}`] : [];
}

/** @throws UsageError for options that have no use with this kind of program */
function checkOptions(
  { program, dirs, imports, invoke, network }: RunOptions,
  { kind }: ProgramFile,
): void {
  if (kind === 'module' && network) {
    throw new UsageError(`--network has no use with ${program}: WASI preview 1 has no network`);
  }
  if (kind !== 'javascript') return;
  const given = [
    ['dir', dirs.size > 0, 'it sees the files that Node sees'],
    ['import', imports.size > 0, 'it makes its own imports'],
    ['invoke', invoke !== undefined, 'it calls exports itself'],
    ['network', network, 'it has the network that Node has'],
  ] as const;
  for (const [name, isGiven, why] of given) {
    if (isGiven)
      throw new UsageError(`--${name} has no use with ${program}, a program in JavaScript: ${why}`);
  }
}

function openOutput(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  if (path === '-') return STDOUT;
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new StartError(`cannot write --debugger-output ${path}: ${reason(error)}`);
  }
}

/** How the command ends. Said only when it is known to count, not after a signal. */
interface Outcome {
  readonly status: number;
  /** Undefined: the program ended in its own way. */
  readonly message?: string;
}

async function settle(
  program: ProgramThread,
  debugger_: DebuggerThread | undefined,
): Promise<Outcome> {
  if (debugger_ === undefined) return programOutcome(await program.ended);
  const first = await Promise.race([
    program.ended.then((end) => ({ of: 'program', end }) as const),
    debugger_.ended.then((end) =>
      end.kind === 'done' ? new Promise<never>(() => {}) : ({ of: 'debugger', end } as const),
    ),
  ]);
  if (first.of === 'debugger') {
    // It has exited: that ends the program, as the user wished.
    return first.end.kind === 'failed' ? debuggerFailed(first.end.message) : { status: 0 };
  }
  const outcome = programOutcome(first.end);
  // Only a program that has come to its end can still be looked at.
  if (first.end.kind !== 'exited' && first.end.kind !== 'trapped') return outcome;
  const end = await debugger_.ended;
  return end.kind === 'failed' ? debuggerFailed(end.message) : outcome;
}

function debuggerFailed(message: string): Outcome {
  return { status: FAILED, message: `the debugger failed: ${message}` };
}

function programOutcome(end: ProgramEnd): Outcome {
  switch (end.kind) {
    case 'exited':
      return { status: end.status & 0xff };
    case 'process-exit':
      return {
        status: end.status & 0xff,
        message: `the program's JavaScript called process.exit(${end.status})`,
      };
    case 'trapped':
      return { status: TRAPPED, message: end.message };
    case 'died':
      return { status: TRAPPED, message: `the program died: ${end.message}` };
    case 'failed':
      return { status: FAILED, message: `the program could not be started: ${end.message}` };
    case 'refused':
      return { status: end.usage ? USAGE : FAILED, message: end.message };
  }
}

function watchSignals(interactive: Interactive | undefined): {
  received: Promise<Outcome>;
  stop(): void;
} {
  let stop = () => {};
  const received = new Promise<Outcome>((resolve) => {
    const leave = () => resolve({ status: INTERRUPTED });
    const onInterrupt = () => {
      if (interactive?.interrupt() === true) return;
      process.off('SIGINT', onInterrupt);
      leave();
    };
    interactive?.left.then(leave);
    const onTerminate = () => resolve({ status: TERMINATED });
    // Taken off then: one more Ctrl-C ends the process the hard way, should ending the threads take
    // long.
    process.on('SIGINT', onInterrupt).once('SIGTERM', onTerminate);
    stop = () => process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
  });
  return { received, stop: () => stop() };
}
