/** What the word at the end of an unfinished line can become. */

import { parseLocation } from '../../../src/wasm/location.ts';
import type { Command } from './commands/command.ts';
import { CommandError } from './errors.ts';
import { functionsAt } from './places.ts';
import type { Session } from './session.ts';

/** More would fill the screen and help nobody. */
const MOST = 200;

interface Commands {
  readonly commands: readonly Command[];
  find(word: string): Command;
}

/** Whole words, each of which begins with the last word of the line. */
export function completions(session: Session, commands: Commands, line: string): string[] {
  const words = line.split(/\s+/);
  const last = words.at(-1) ?? '';
  const first = words[0] === '' ? words[1] : words[0];
  const found = new Set<string>();
  for (const word of candidates(session, commands, first ?? '', line, last)) {
    if (word.startsWith(last) && !/\s/.test(word)) found.add(word);
    if (found.size === MOST) break;
  }
  return [...found].sort();
}

function candidates(
  session: Session,
  commands: Commands,
  first: string,
  line: string,
  last: string,
): Iterable<string> {
  const names = commands.commands.map(({ name }) => name);
  if (!/\S\s/.test(line)) return names;
  let command: Command;
  try {
    command = commands.find(first);
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
  const condition = /\s(\S+)\s+if\s/.exec(line);
  if (condition !== null) return variables(session, condition[1]!);
  switch (command.completes) {
    case undefined:
      return [];
    case 'command':
      return names;
    case 'function':
      return functions(session, last);
    case 'local':
    case 'global':
      return variables(session, undefined);
    default:
      return command.completes;
  }
}

function* functions({ program }: Session, last: string): Generator<string> {
  const qualified = /^m(\d+)!/.exec(last);
  for (const module of program.modules) {
    if (qualified !== null && Number(qualified[1]) !== module.position) continue;
    const prefix = qualified === null ? '' : `${module.name}!`;
    for (const name of module.code.allNames('func')) yield prefix + name;
  }
}

/** Locals of the function that a condition is for, or of the selected frame; then globals. */
function* variables(session: Session, location: string | undefined): Generator<string> {
  const { frame, program } = session;
  if (location !== undefined) {
    for (const { module, func } of functionsAt(program, parseLocation(location))) {
      yield* module.code.localNames(func).values();
      yield* module.code.allNames('global');
    }
    return;
  }
  if (frame !== undefined) yield* frame.code.localNames(frame.func).values();
  yield* session.code.allNames('global');
}
