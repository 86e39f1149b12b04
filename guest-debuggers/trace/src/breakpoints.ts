/** From what the user asked for to places in modules. Pure: the caller talks to the debuggee. */

import { nearest } from '../../shared/src/near-names.ts';
import { firstInstruction, functionName, type ModuleInfo } from './module-info.ts';
import { type BreakpointSpec, UsageError } from './options.ts';

/** A module as the tracer knows it. */
export interface KnownModule {
  readonly bytes: Uint8Array;
  readonly info: ModuleInfo;
}

/** Somewhere to stop: an index into the list of modules, and a byte offset in that module. */
export interface Place {
  readonly module: number;
  readonly pc: number;
}

type FunctionSpec = Exclude<BreakpointSpec, { kind: 'pc' }>;
type Modules = readonly (KnownModule | undefined)[];

/**
 * The places that a function's name or index stands for, in all modules: a program can hold the
 * same library twice.
 * @throws UsageError when there is none, with the names that come near
 */
export function resolveFunction(spec: FunctionSpec, modules: Modules): Place[] {
  const places = functionPlaces(spec, modules);
  if (places.length > 0) return places;
  const imported = modules.some(
    (known) => known !== undefined && matches(spec, known.info).size > 0,
  );
  throw new UsageError(explain(spec, modules, imported));
}

/** The same; empty when there is none. */
export function functionPlaces(spec: FunctionSpec, modules: Modules): Place[] {
  return modules.flatMap((known, module) =>
    known === undefined
      ? []
      : [...matches(spec, known.info)].flatMap((index) => {
          const pc = firstInstruction(known.bytes, known.info, index);
          return pc === undefined ? [] : [{ module, pc }];
        }),
  );
}

function matches(
  spec: Exclude<BreakpointSpec, { kind: 'pc' }>,
  { importedFunctions, bodies, names, exports }: ModuleInfo,
): Set<number> {
  const found = new Set<number>();
  if (spec.kind === 'index') {
    if (spec.index < importedFunctions + bodies.length) found.add(spec.index);
    return found;
  }
  for (const [index, name] of names) if (name === spec.name) found.add(index);
  for (const [index, exported] of exports) if (exported.includes(spec.name)) found.add(index);
  return found;
}

function explain(
  spec: Exclude<BreakpointSpec, { kind: 'pc' }>,
  modules: readonly (KnownModule | undefined)[],
  imported: boolean,
): string {
  const asked = spec.kind === 'name' ? spec.name : String(spec.index);
  if (imported) return `--break=${asked}: the function is imported, it has no code to stop at`;
  if (spec.kind === 'index') {
    const counts = modules.map((m) => m && m.info.importedFunctions + m.info.bodies.length);
    const most = Math.max(0, ...counts.map((count) => count ?? 0));
    return `--break=${asked}: no such function, ${
      most === 0 ? 'the program has none' : `the last index is ${most - 1}`
    }`;
  }
  const near = nearest(asked, allNames(modules), 3);
  const advice =
    near.length === 0
      ? 'by index or by 0xPC it can be reached without a name'
      : `did you mean ${near.join(' or ')}?`;
  return `--break=${asked}: no function of that name; ${advice}`;
}

function* allNames(modules: readonly (KnownModule | undefined)[]): Generator<string> {
  for (const known of modules) {
    if (known === undefined) continue;
    const { info } = known;
    // Only what could be stopped at is worth suggesting.
    for (let own = 0; own < info.bodies.length; own++) {
      const index = info.importedFunctions + own;
      const name = functionName(info, index);
      if (!name.startsWith('func[')) yield name;
      yield* info.exports.get(index) ?? [];
    }
  }
}
