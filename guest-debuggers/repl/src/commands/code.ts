/** Commands that look at code: modules, functions, instructions. */

import { functionLine, matchingFunctions, signatureText } from '../../../../src/wasm/listing.ts';
import { noArguments, words } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import { type FunctionPlace, oneFunction } from '../places.ts';
import type { Session } from '../session.ts';
import { hex } from '../view.ts';
import type { Command } from './command.ts';

/** Instructions that `disassemble` shows on either side of the present one. */
const AROUND = 8;

function disassembleAround(session: Session): void {
  const frame = session.needFrame();
  const place = { module: frame.instance.module, func: frame.func };
  const lines = disassembly(session, place);
  const at = lines.findIndex(({ pc }) => pc === frame.pc);
  const start = Math.max(0, at - AROUND);
  const end = Math.min(lines.length, at + AROUND + 1);
  session.print(`${heading(session, place)}:`);
  if (start > 0) session.print('      ...');
  session.printAll(lines.slice(start, end).map(({ text }) => text));
  if (end < lines.length) session.print('      ...');
}

function heading(session: Session, place: FunctionPlace): string {
  const { module, func } = place;
  const name = session.program.qualified(module, module.code.label('func', func));
  return `${session.style.name(name)} ${signatureText(module.code, func)}`;
}

function disassembly(session: Session, { module, func }: FunctionPlace) {
  const body = module.code.bodyOf(func);
  if (body === undefined) throw new CommandError('the function is imported: it has no code here');
  const { frame, style, breakpoints } = session;
  const here = frame?.func === func && frame.instance.module === module ? frame.pc : undefined;
  return module.code.instructions(body).map(({ pc, depth, text }) => {
    const arrow = pc === here ? style.here('=>') : '  ';
    const mark = breakpoints.isAt(module, pc) ? style.error('*') : ' ';
    return { pc, text: `${arrow}${mark} ${style.address(hex(pc))}  ${'  '.repeat(depth)}${text}` };
  });
}

export const codeCommands: readonly Command[] = [
  {
    name: 'disassemble',
    aliases: ['dis', 'disas'],
    usage: '[FUNCTION|0xPC|all]',
    group: 'code',
    summary: 'show instructions: around here, or of a function',
    details:
      'Without an argument, those around the selected frame\'s pc; with "all", the whole function. "=>" is\nthe next instruction (in a caller: after the call), "*" a breakpoint.',
    completes: 'function',
    run(session, args) {
      const word = args.trim();
      if (word === '') {
        disassembleAround(session);
        return;
      }
      const frame = word === 'all' ? session.needFrame() : undefined;
      const place =
        frame === undefined
          ? oneFunction(session.program, word)
          : { module: frame.instance.module, func: frame.func };
      const lines = disassembly(session, place).map(({ text }) => text);
      session.printAll([`${heading(session, place)}:`, ...lines]);
    },
  },
  {
    name: 'functions',
    usage: '[PATTERN]',
    group: 'code',
    summary: 'list functions: index, first pc, name, type',
    details:
      'PATTERN is a part of the name; * in it stands for anything. The case does not matter.',
    completes: 'function',
    run(session, args) {
      const [pattern = '', extra] = words(args);
      if (extra !== undefined) throw new CommandError(`unexpected "${extra}" after the pattern`);
      const lines: string[] = [];
      for (const module of session.program.modules) {
        const prefix = session.program.qualified(module, '');
        for (const func of matchingFunctions(module.code, pattern)) {
          lines.push(functionLine(module.code, func, prefix, session.style));
        }
      }
      session.printAll(lines.length === 0 ? [`No function matches "${pattern}".`] : lines);
    },
  },
  {
    name: 'modules',
    group: 'code',
    summary: 'list the modules that are loaded',
    run(session, args) {
      noArguments(args);
      session.program.refresh();
      const { modules } = session.program;
      if (modules.length === 0) session.print('No modules yet.');
      session.printAll(
        modules.map((module) => {
          const { module: wasm } = module.code;
          const imported = wasm.importedFunctions;
          const own = wasm.functions.length - imported;
          const name = module.ownName === undefined ? '' : ` ${session.style.name(module.ownName)}`;
          return `${module.name}${name}  ${wasm.bytes.length} bytes, ${own} functions and ${imported} imported`;
        }),
      );
    },
  },
  {
    name: 'instances',
    group: 'code',
    summary: 'list the instances of the modules',
    run(session, args) {
      noArguments(args);
      const { program } = session;
      program.refresh();
      if (program.instances.length === 0) session.print('No instances yet.');
      const selected = program.instances.length === 0 ? undefined : session.instance;
      session.printAll(
        program.instances.map((instance) => {
          const { code } = instance.module;
          const parts = (['memory', 'table', 'global', 'tag'] as const).map((kind) => {
            const total = code.count(kind);
            const plural = kind === 'memory' ? 'memories' : `${kind}s`;
            return `${total} ${total === 1 ? kind : plural}`;
          });
          const mark = instance === selected ? '*' : ' ';
          return `${mark} i${instance.position} of ${instance.module.name}: ${parts.join(', ')}`;
        }),
      );
    },
  },
  {
    name: 'instance',
    usage: 'N',
    group: 'code',
    summary: 'look at the memories, globals and tables of instance N',
    run(session, args) {
      const [word] = words(args);
      const instance = session.program.instances[Number(word?.replace(/^i/, ''))];
      if (instance === undefined)
        throw new CommandError('no such instance; "instances" lists them');
      session.selectInstance(instance);
    },
  },
];
