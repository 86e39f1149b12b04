/** Commands that look at frames. */

import { noArguments, optionalCount } from '../arguments.ts';
import { CommandError, meaning } from '../errors.ts';
import type { Session } from '../session.ts';
import { bare, frameText, instructionText, localLabel } from '../view.ts';
import type { Command } from './command.ts';

/** Frames that `backtrace` shows without being asked for more. */
const SHOWN_FRAMES = 50;

function move(session: Session, by: number): void {
  session.needFrame();
  const to = session.selected + by;
  if (to < 0) throw new CommandError('this is the innermost frame already');
  if (session.trace.at(to) === undefined) throw new CommandError('this is the outermost frame');
  session.select(to);
  showFrame(session);
}

function showFrame(session: Session): void {
  const frame = session.needFrame();
  session.print(frameText(session, frame));
  session.print(instructionText(session, frame));
}

export const frameCommands: readonly Command[] = [
  {
    name: 'backtrace',
    aliases: ['bt'],
    usage: '[N]',
    group: 'frames',
    summary: `show the frames, innermost first: N of them (${SHOWN_FRAMES})`,
    details:
      'The pc of a caller is that of the instruction behind its call. A line (host) stands for frames\nof the host between two activations.',
    run(session, args) {
      const limit = optionalCount(args, SHOWN_FRAMES, 1, 'number of frames');
      session.needFrame();
      const lines: string[] = [];
      let activation = 0;
      for (let i = 0; i < limit; i++) {
        const frame = session.trace.at(i);
        if (frame === undefined) break;
        if (frame.activation !== activation) lines.push('    (host)');
        activation = frame.activation;
        const mark = i === session.selected ? '*' : ' ';
        lines.push(`${mark} ${frameText(session, frame)}`);
      }
      if (session.trace.at(limit) !== undefined) lines.push('  (more frames)');
      session.printAll(lines);
    },
  },
  {
    name: 'frame',
    aliases: ['f'],
    usage: '[N]',
    group: 'frames',
    summary: 'show the selected frame, or select frame N',
    run(session, args) {
      session.needFrame();
      session.select(optionalCount(args, session.selected, 0, 'frame number'));
      showFrame(session);
    },
  },
  {
    name: 'up',
    usage: '[N]',
    group: 'frames',
    summary: 'select the caller',
    repeat: 'same',
    run: (session, args) => move(session, optionalCount(args, 1, 1, 'count')),
  },
  {
    name: 'down',
    usage: '[N]',
    group: 'frames',
    summary: 'select the frame that was called',
    repeat: 'same',
    run: (session, args) => move(session, -optionalCount(args, 1, 1, 'count')),
  },
  {
    name: 'locals',
    group: 'frames',
    summary: "show the frame's parameters and locals",
    run(session, args) {
      noArguments(args);
      const frame = session.needFrame();
      const { locals, code, func } = frame;
      if ('error' in locals) throw new CommandError(`the locals: ${meaning(locals.error)}`);
      const params = code.paramCount(func);
      session.printAll(
        locals.length === 0
          ? ['No locals.']
          : locals.map((value, i) => {
              const kind = i < params ? 'param' : 'local';
              const label = session.style.name(localLabel(code, func, i));
              return `${kind} ${i}  ${label} ${value.type} = ${bare(value)}`;
            }),
      );
    },
  },
  {
    name: 'stack',
    group: 'frames',
    summary: "show the frame's operands, the top first",
    run(session, args) {
      noArguments(args);
      const { stack } = session.needFrame();
      if ('error' in stack) throw new CommandError(`the operand stack: ${meaning(stack.error)}`);
      const lines = stack.map((value, i) => {
        const index = stack.length - 1 - i;
        return `stack[${index}] ${value.type} = ${bare(value)}`;
      });
      session.printAll(lines.length === 0 ? ['No operands.'] : lines.reverse());
    },
  },
];
