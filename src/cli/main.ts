/** The command `witness`: the main thread's entry. `bin/witness.js` imports it. */
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { messageOf, StartError, UsageError } from '../program/errors.ts';
import { say, writeAll } from '../program/terminal.ts';
import { parseCommandLine } from './arguments.ts';
import { completionScript } from './completion.ts';
import { FAILED, USAGE } from './exit-status.ts';
import { HELP } from './help.ts';
import { disassembly, listFunctions } from './inspect.ts';
import { run } from './run.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

function version(): string {
  const url = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string };
  return version;
}

/** @returns the exit status */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseCommandLine(argv, isatty(STDIN) && isatty(STDERR));
    switch (command.kind) {
      case 'help':
        writeAll(STDOUT, HELP[command.topic]!);
        return 0;
      case 'functions':
        writeAll(STDOUT, listFunctions(command.program, command.pattern));
        return 0;
      case 'disassemble':
        writeAll(STDOUT, disassembly(command.program, command.function));
        return 0;
      case 'completion':
        writeAll(STDOUT, completionScript(command.shell));
        return 0;
      case 'version':
        writeAll(STDOUT, `witness ${version()}\n`);
        return 0;
      case 'run':
        return await run(command.options);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      say(error.message);
      return USAGE;
    }
    // An error of any other class is a defect of Witness: its stack is worth showing.
    const known = error instanceof StartError || !(error instanceof Error);
    say(known ? messageOf(error) : (error.stack ?? error.message));
    return FAILED;
  }
}

// Nothing is left to flush: all output is written synchronously, and both Workers have ended.
process.exit(await main(process.argv.slice(2)));
