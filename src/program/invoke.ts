/** The call that `--invoke` asks for: checked against the program before any of its code runs. */
import { funcTypeOf, type Module } from '../wasm/module.ts';
import { valTypeName } from '../wasm/types.ts';
import { UsageError } from './errors.ts';
import { nearest } from './near.ts';
import { formatValue, isNumberType, parseValue } from './values.ts';

export interface Invocation {
  readonly name: string;
  readonly args: readonly (number | bigint)[];
  /** Names of the result types. */
  readonly results: readonly string[];
}

/** @throws UsageError */
export function planInvocation(module: Module, name: string, words: readonly string[]): Invocation {
  const functions = module.exports.filter((e) => e.kind === 'func');
  const found = functions.find((e) => e.name === name);
  if (found === undefined) {
    const names = functions.map((e) => e.name);
    const near = nearest(name, names);
    throw new UsageError(
      `--invoke ${name}: the program exports no such function; ` +
        (near !== undefined
          ? `did you mean ${near}?`
          : names.length === 0
            ? 'it exports none'
            : `it exports: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`),
    );
  }
  const type = funcTypeOf(module, found.index);
  const params = type.params.map(valTypeName);
  if (params.length !== words.length) {
    const signature = params.length === 0 ? 'none' : `${params.length} (${params.join(' ')})`;
    throw new UsageError(
      `--invoke ${name}: arguments needed: ${signature}; given: ${words.length}`,
    );
  }
  const args = params.map((param, i) => {
    if (!isNumberType(param)) {
      throw new UsageError(
        `--invoke ${name}: a value of type ${param} cannot be given on the command line`,
      );
    }
    try {
      return parseValue(param, words[i]!);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`--invoke ${name}: argument ${i + 1} is ${error.message}`);
    }
  });
  const results = type.results.map(valTypeName);
  // JavaScript cannot take it, so the call would throw a TypeError.
  const hidden = results.find((result) => result === 'v128' || result.includes('exn'));
  if (hidden !== undefined) {
    throw new UsageError(`--invoke ${name}: its result of type ${hidden} cannot be shown`);
  }
  return { name, args, results };
}

/** One line for each result. */
export function formatResults(invocation: Invocation, returned: unknown): string {
  const { results } = invocation;
  const values =
    results.length === 0 ? [] : results.length === 1 ? [returned] : (returned as unknown[]);
  return values.map((value, i) => `${formatValue(results[i]!, value)}\n`).join('');
}
