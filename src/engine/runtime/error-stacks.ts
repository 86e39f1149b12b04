/**
 * `error.stack` as the program's JavaScript reads it: with offsets of the original modules, without
 * the frames that the engine adds, and no longer than V8 would have made it. Runs in the debuggee's
 * thread.
 *
 * V8 formats a stack when it is first read. What differs from plain V8 is the number in the URL of a
 * module, a hash of its bytes.
 */
import { decodeNames, type Names } from '../../wasm/names.ts';
import { type CodeOf, isAddition, type Located, locate } from './frames.ts';
import { isHelper } from './helpers.ts';
import type { DebugModule } from './module.ts';
import { lookLike } from './originals.ts';
import { type CallSite, HOST, shownStackLimit, toSite } from './stack-trace.ts';

type Prepare = (error: unknown, sites: CallSite[]) => unknown;

/** Shows original offsets in the stacks that are read from now on. */
export function mapErrorStacks(codeOf: CodeOf): void {
  const previous = (Error as unknown as { prepareStackTrace?: Prepare }).prepareStackTrace;
  // Node has one of its own, which a program may look at.
  if (previous === undefined) return;
  const names = new WeakMap<DebugModule, Names>();
  const prepare = lookLike((error: unknown, sites: CallSite[]): unknown => {
    return previous(error, shown(sites, codeOf, names));
  }, previous);
  Error.prepareStackTrace = prepare as NonNullable<typeof Error.prepareStackTrace>;
}

function shown(
  sites: readonly CallSite[],
  codeOf: CodeOf,
  names: WeakMap<DebugModule, Names>,
): CallSite[] {
  const result: CallSite[] = [];
  for (const callSite of sites) {
    if (callSite.getFileName()?.includes(import.meta.dirname)) continue;
    const site = toSite(callSite);
    if (site === HOST) result.push(callSite);
    else if (!isHelper(site.instance) && !isAddition(site, codeOf)) {
      const located = locate(site, codeOf);
      if (located === undefined) {
        result.push(callSite);
      } else {
        // What V8 says where its stack has no room for the function's frame.
        const pc = located.pc ?? located.fn.body.localsStart;
        result.push(mapped(callSite, located, pc, names));
      }
    }
  }
  return result.slice(0, shownStackLimit());
}

/** A call site that says what V8's would, were the original module run. */
function mapped(
  site: CallSite,
  { instance, fn }: Located,
  pc: number,
  known: WeakMap<DebugModule, Names>,
): CallSite {
  const { module, wasm } = instance;
  let names = known.get(module);
  if (names === undefined) {
    names = decodeNames(module.original);
    known.set(module, names);
  }
  const name = names.functions.get(fn.index);
  const hash = module.hash.toString(16).padStart(8, '0');
  const url = `wasm://wasm/${names.module === undefined ? '' : `${names.module}-`}${hash}`;
  const place = `${url}:wasm-function[${fn.index}]:0x${pc.toString(16)}`;
  const title = [names.module, name].filter((part) => part !== undefined).join('.');
  const own: Record<string, () => unknown> = {
    getThis: () => wasm,
    getFunction: () => fn.index,
    getFunctionName: () => name ?? null,
    getFileName: () => url,
    getScriptNameOrSourceURL: () => url,
    getPosition: () => pc,
    getColumnNumber: () => pc + 1,
    getEnclosingColumnNumber: () => fn.body.localsStart,
    toString: () => (title === '' ? place : `${title} (${place})`),
  };
  // V8's methods look for what only its own objects have.
  return new Proxy(site, {
    get(target, key) {
      if (typeof key === 'string' && Object.hasOwn(own, key)) return own[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
