/** From a line to a command that is run. */

import { nearest } from '../../shared/src/near-names.ts';
import { aboutCommands } from './commands/about.ts';
import { breakpointCommands } from './commands/breakpoints.ts';
import { changingCommands } from './commands/changing.ts';
import { codeCommands } from './commands/code.ts';
import type { Command } from './commands/command.ts';
import { dataCommands } from './commands/data.ts';
import { frameCommands } from './commands/frames.ts';
import { memoryCommands } from './commands/memory.ts';
import { runningCommands } from './commands/running.ts';
import { completions } from './completion.ts';
import { CommandError, errorCode, meaning } from './errors.ts';
import type { Session } from './session.ts';

export class Interpreter {
  readonly #session: Session;
  readonly #commands: readonly Command[];

  constructor(session: Session) {
    this.#session = session;
    this.#commands = [
      ...breakpointCommands,
      ...runningCommands,
      ...changingCommands,
      ...frameCommands,
      ...dataCommands,
      ...memoryCommands,
      ...codeCommands,
      ...aboutCommands(
        () => this.#commands,
        (word) => this.find(word),
      ),
    ];
  }

  get commands(): readonly Command[] {
    return this.#commands;
  }

  /** Runs a line; what fails is shown, and the session goes on. False if it failed. */
  execute(line: string): boolean {
    const text = line.trimStart().replace(/^(?!complete\s)(.*?)\s+$/, '$1');
    if (text.startsWith('#')) return true;
    const wanted = text === '' ? this.#session.again : text;
    if (wanted === undefined) return true;
    try {
      this.#run(wanted);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (!(error instanceof CommandError) && code === undefined) throw error;
      const message = error instanceof CommandError ? error.message : meaning(code!);
      this.#session.print(this.#session.style.error(`error: ${message}`));
      return false;
    }
  }

  /**
   * The command that a word names: in full, by an alias, or by the beginning of one name only.
   * @throws CommandError
   */
  find(word: string): Command {
    const exact = this.#commands.find((c) => c.name === word || c.aliases?.includes(word));
    if (exact !== undefined) return exact;
    const found = this.#commands.filter(({ name }) => name.startsWith(word));
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      throw new CommandError(`"${word}" is ambiguous: ${found.map(({ name }) => name).join(', ')}`);
    }
    const names = this.#commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    const [near] = nearest(word, names, 1);
    const advice = near === undefined ? '"help" lists the commands' : `did you mean ${near}?`;
    throw new CommandError(`no command "${word}"; ${advice}`);
  }

  #run(text: string): void {
    // Not a command of the list: whoever draws the line asks for it, and an empty line still repeats.
    const line = /^complete(?:\s(.*))?$/.exec(text);
    if (line !== null) {
      this.#session.printAll(completions(this.#session, this, line[1] ?? ''));
      return;
    }
    // `x/4 addr` and `p$0` are not split by a space: a name is letters, or ?.
    const [, word = '', args = ''] = /^([A-Za-z-]+|\?|\S+)\s*(.*)$/.exec(text) ?? [];
    // Also when it fails: what failed is not worth repeating.
    this.#session.again = undefined;
    const command = this.find(word);
    command.run(this.#session, args);
    if (command.repeat === 'same') this.#session.again = text;
    else if (command.repeat === 'bare') this.#session.again = command.name;
  }
}
