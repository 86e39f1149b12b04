/** How frames, instructions and stops look. */

import type { Code } from '../../../src/wasm/code.ts';
import { printable } from '../../../src/wasm/text.ts';
import type { Value, Values } from '../../shared/src/value.ts';
import { literal, valuesText, valueText } from '../../shared/src/value-text.ts';
import { exceptionValues, readValue } from '../../shared/src/values.ts';
import { CommandError, meaning } from './errors.ts';
import type { FrameView } from './frames.ts';
import type { Stop } from './runner.ts';
import type { Session } from './session.ts';
import { trapReason } from './trap-reason.ts';

/** Operands shown beside an instruction. */
const SHOWN_OPERANDS = 6;

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** A value among others whose types are known from elsewhere. */
export function bare(value: Value): string {
  return value.type === 'exnref' ? valueText(value) : literal(value);
}

/** `n`, or `$3` for a local without a name. */
export function localLabel(code: Code, func: number, index: number): string {
  const name = code.localNames(func).get(index);
  return name === undefined || name === '' ? `$${index}` : printable(name);
}

/** `fib(n=10)` */
export function callText(session: Session, frame: FrameView): string {
  const { style, program } = session;
  const { code, func } = frame;
  const name = style.name(program.qualified(frame.instance.module, code.label('func', func)));
  const { locals } = frame;
  if ('error' in locals) return `${name}(${meaning(locals.error)})`;
  const params = code.paramCount(func);
  const shown = locals.slice(0, params).map((v, i) => `${localLabel(code, func, i)}=${bare(v)}`);
  return `${name}(${shown.join(', ')})`;
}

/** `#0  fib(n=10) at 0x236` */
export function frameText(session: Session, frame: FrameView): string {
  const number = `#${frame.index}`.padEnd(3);
  return `${number} ${callText(session, frame)} at ${session.style.address(hex(frame.pc))}`;
}

/** `=> 0x236  local.get $n    ; 1 2`: the next instruction, and the operands that it finds. */
export function instructionText(session: Session, frame: FrameView): string {
  const { style } = session;
  const at = frame.code.instructionAt(frame.pc);
  const text = `${style.here('=>')} ${style.address(hex(frame.pc))}  ${at?.text ?? '?'}`;
  const { stack } = frame;
  if ('error' in stack) return text + style.dim(`    ; operands: ${stack.error}`);
  if (stack.length === 0) return text;
  const shown = stack.slice(-SHOWN_OPERANDS).map(bare);
  if (stack.length > SHOWN_OPERANDS) shown.unshift('...');
  return text + style.dim(`    ; ${shown.join(' ')}`);
}

export interface ShowOptions {
  /** The function that was stepped in: its name is not repeated. */
  readonly within?: { readonly func: number; readonly depth: number } | undefined;
}

/** Tells the user where the program is now, and why. */
export function showStop(session: Session, stop: Stop, options: ShowOptions = {}): void {
  const { style } = session;
  switch (stop.kind) {
    case 'complete':
      session.print('The program has ended.');
      return;
    case 'failed':
      throw new CommandError(meaning(stop.code));
    case 'breakpoint':
      for (const { breakpoint, failure } of stop.hits) {
        const kind = breakpoint.temporary ? 'Temporary breakpoint' : 'Breakpoint';
        session.print(`${kind} ${breakpoint.id}${failure === undefined ? '' : `: ${failure}`}`);
      }
      break;
    case 'trap':
      session.print(style.error(`Trap: ${trapReason(session.frame)}`));
      break;
    case 'exception':
      session.print(style.error(`Exception: ${exceptionText(session, stop)}`));
      break;
    case 'interrupted':
      session.print('Interrupted');
      break;
    case 'call-returned':
      session.print(`Returned ${valuesText(takeValues(session, stop.values))}`);
      return;
    case 'step':
      break;
  }
  showPlace(session, stop.kind === 'step' ? options : {});
}

/** The innermost frame and its next instruction. */
export function showPlace(session: Session, { within }: ShowOptions = {}): void {
  const { frame } = session;
  if (frame === undefined) {
    session.print('No frame.');
    return;
  }
  const same = within !== undefined && within.func === frame.func;
  if (!same) session.print(frameText(session, frame));
  session.print(instructionText(session, frame));
}

function exceptionText(session: Session, { exception }: Extract<Stop, { kind: 'exception' }>) {
  const values = exceptionValues(session.d, exception);
  const tag = tagLabel(session, exception);
  return `${tag} ${valuesText(values)}`;
}

/** The name of an exception's tag, as the selected instance knows it. */
function tagLabel(
  session: Session,
  exception: Extract<Stop, { kind: 'exception' }>['exception'],
): string {
  const { d, program } = session;
  const thrown = exception.getTag(d);
  const id = thrown.uniqueId();
  thrown[Symbol.dispose]();
  for (const instance of program.instances) {
    const count = instance.module.code.count('tag');
    for (let index = 0; index < count; index++) {
      const tag = instance.handle.getTag(d, index);
      const same = tag.uniqueId() === id;
      tag[Symbol.dispose]();
      if (same) return program.qualified(instance.module, instance.module.code.label('tag', index));
    }
  }
  return 'a tag of the host';
}

function takeValues(
  session: Session,
  handles: Extract<Stop, { kind: 'call-returned' }>['values'],
): Values {
  return handles.map((handle) => {
    const value = readValue(session.d, handle);
    handle[Symbol.dispose]();
    return value;
  });
}
