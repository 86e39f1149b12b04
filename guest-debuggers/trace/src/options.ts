/** The debugger's command line: `--debugger-arg` values in, plain options out. */

import { nearest } from '../../shared/src/near-names.ts';

/** Where to stop, as the user said it. */
export type BreakpointSpec =
  | { readonly kind: 'name'; readonly name: string }
  /** A function index: the module's imports count. */
  | { readonly kind: 'index'; readonly index: number }
  /** A byte offset in the module. */
  | { readonly kind: 'pc'; readonly pc: number };

export interface Options {
  readonly breakpoints: readonly BreakpointSpec[];
  /** Single steps to print after the first stop. */
  readonly steps: number;
  /** Frames of each stop's backtrace; 1 is the innermost frame alone. */
  readonly depth: number;
  readonly json: boolean;
  /** Stops to print at most, traps aside. */
  readonly maxStops: number;
  readonly help: boolean;
}

/** The user asked for something that cannot be done; the message is for them. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * The engine that componentize-js embeds passes a u32 argument of 2^31 or more on as another
 * number, and no module can be that large: such a pc is refused here.
 */
const maxPc = 0x7fff_ffff;

const optionNames = ['--break', '--step', '--depth', '--json', '--max-stops', '--help'];

export const helpText = `trace: shows what a program does, one line per stop

  --break=NAME      stop at the first instruction of the functions of this name
  --break=INDEX     stop at the first instruction of the function with this index
  --break=0xPC      stop at this byte offset in the module; --break can be given several times
  --step=N          from the first stop, print N single steps; then let the program run on
  --depth=N         frames of backtrace per stop (default 1)
  --max-stops=N     print at most N stops; then let the program run on
  --json            print one JSON object a line
  --help            print this text; the program runs on undisturbed

Without --break, --step starts at the first instruction of the program.
`;

/**
 * Reads the arguments that follow the debugger's name.
 * @throws UsageError naming the argument that is wrong
 */
export function parseOptions(args: readonly string[]): Options {
  const breakpoints: BreakpointSpec[] = [];
  let steps = 0;
  let depth = 1;
  let maxStops = Number.POSITIVE_INFINITY;
  let json = false;
  let help = false;
  for (const arg of args) {
    const equals = arg.indexOf('=');
    const option = equals < 0 ? arg : arg.slice(0, equals);
    const value = equals < 0 ? undefined : arg.slice(equals + 1);
    switch (option) {
      case '--break':
        breakpoints.push(parseBreakpoint(required(option, value)));
        break;
      case '--step':
        steps = parseCount(option, required(option, value), 0);
        break;
      case '--depth':
        depth = parseCount(option, required(option, value), 1);
        break;
      case '--max-stops':
        maxStops = parseCount(option, required(option, value), 1);
        break;
      case '--json':
        refuseValue(option, value);
        json = true;
        break;
      case '--help':
        refuseValue(option, value);
        help = true;
        break;
      default:
        throw new UsageError(`unknown option '${option}'${suggestion(option)}`);
    }
  }
  return { breakpoints, steps, depth, json, maxStops, help };
}

function suggestion(option: string): string {
  const [near] = nearest(option, optionNames, 1);
  return near === undefined ? '; --help lists the options' : `; did you mean ${near}?`;
}

function required(option: string, value: string | undefined): string {
  if (value === undefined || value === '') {
    throw new UsageError(`${option} needs a value: ${option}=...`);
  }
  return value;
}

function refuseValue(option: string, value: string | undefined): void {
  if (value !== undefined) throw new UsageError(`${option} takes no value`);
}

function parseCount(option: string, text: string, least: number): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= least)) {
    throw new UsageError(`${option} needs a whole number of at least ${least}, not '${text}'`);
  }
  return count;
}

function parseBreakpoint(text: string): BreakpointSpec {
  if (/^0x[0-9a-f]+$/i.test(text)) {
    const pc = Number(text);
    if (pc > maxPc) throw new UsageError(`--break=${text} is beyond the end of any module`);
    return { kind: 'pc', pc };
  }
  // A name section may call a function '12'; the index wins, and names never start with a digit in
  // the languages that people debug.
  if (/^\d+$/.test(text)) {
    const index = Number(text);
    if (index > maxPc) throw new UsageError(`--break=${text} is beyond any function index`);
    return { kind: 'index', index };
  }
  return { kind: 'name', name: text };
}
