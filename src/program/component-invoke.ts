/**
 * The call that `--invoke` asks for in a component: a function by its name in WIT, of the component
 * (`fibonacci`) or of an interface that it exports (`ns:package/interface#function`, with the version
 * or without, or the interface's last name alone), with arguments in the notation of WAVE.
 */
import { withoutVersion } from '../host/world.ts';
import { type Externs, type FunctionType, typeText } from '../wasm/component/types.ts';
import { UsageError } from './errors.ts';
import { nearest } from './near.ts';
import { formatWave, kindOf } from './wave.ts';
import { camelCase } from './wave-names.ts';
import { parseWave } from './wave-parse.ts';

export interface ComponentCall {
  readonly args: readonly unknown[];
  /** Finds the function among what jco's JavaScript exports. */
  function(exports: Record<string, unknown>): (...args: unknown[]) => unknown;
  readonly returnsResult: boolean;
  /** The text of what the function has given; undefined if it gives nothing. */
  show(value: unknown): string | undefined;
}

/** @throws UsageError */
export function planCall(exports: Externs, name: string, words: readonly string[]): ComponentCall {
  const found = functionsOf(exports);
  const entry = found.find((f) => f.spellings.includes(name)) ?? unknownFunction(found, name);
  const { type } = entry;
  if (type.params.length !== words.length) {
    throw new UsageError(
      `--invoke ${name}: arguments needed: ${type.params.length} (${typeText(type)}); given: ${words.length}`,
    );
  }
  const args = type.params.map(([param, of], i) => {
    try {
      return parseWave(of, words[i]!);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`--invoke ${name}: ${param}: ${error.message}`);
    }
  });
  const { result } = type;
  return {
    args,
    function: (instances) => {
      const of = entry.instance === undefined ? instances : instances[entry.instance];
      return (of as Record<string, (...args: unknown[]) => unknown>)[camelCase(entry.name)]!;
    },
    returnsResult: result !== undefined && kindOf(result) === 'result',
    show: (value) => (result === undefined ? undefined : formatWave(result, value)),
  };
}

interface ExportedFunction {
  /** The key of the instance among the exports; undefined: it is exported itself. */
  readonly instance: string | undefined;
  readonly name: string;
  readonly type: FunctionType;
  /** How it may be called on the command line, the full name first. */
  readonly spellings: readonly string[];
}

function functionsOf(exports: Externs): ExportedFunction[] {
  return [...exports].flatMap(([name, extern]): ExportedFunction[] => {
    if (extern.kind === 'func') {
      const type = extern.type as FunctionType;
      return [{ instance: undefined, name, type, spellings: [name] }];
    }
    if (extern.kind !== 'instance') return [];
    const bare = withoutVersion(name);
    const last = bare.replace(/^.*\//, '');
    return [...extern.exports].flatMap(([item, inner]) => {
      // Methods have an object, which cannot be written.
      if (inner.kind !== 'func' || item.startsWith('[')) return [];
      const spellings = [name, bare, last].map((of) => `${of}#${item}`);
      return [{ instance: name, name: item, type: inner.type as FunctionType, spellings }];
    });
  });
}

function unknownFunction(found: readonly ExportedFunction[], name: string): never {
  const names = found.map(({ spellings }) => spellings[0]!);
  const near = nearest(
    name,
    found.flatMap(({ spellings }) => spellings),
  );
  throw new UsageError(
    `--invoke ${name}: the component exports no such function; ` +
      (near !== undefined
        ? `did you mean ${near}?`
        : names.length === 0
          ? 'it exports none'
          : `it exports: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`),
  );
}
