/** What an exception is, in words: `wasm exception: tag 0 (i32 42)`. */

import type {
  Debuggee,
  Instance,
  WasmException,
  WasmTag,
} from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { orUndefined } from './results.ts';
import { valueText } from './value-bytes.ts';

/** @param thrower where it is thrown: tags have indices in an instance */
export function describeException(
  d: Debuggee,
  exception: WasmException,
  thrower: Instance | undefined,
): string {
  using tag = exception.getTag(d);
  const index = thrower && tagIndex(d, thrower, tag);
  const name = index === undefined ? 'a tag of another module' : `tag ${index}`;
  const values = orUndefined(() =>
    exception.getValues(d).map((handle) => {
      using value = handle;
      return valueText(value);
    }),
  );
  return `wasm exception: ${name} (${values?.join(', ') ?? '...'})`;
}

function tagIndex(d: Debuggee, instance: Instance, tag: WasmTag): number | undefined {
  const wanted = tag.uniqueId();
  for (let index = 0; ; index++) {
    using candidate = orUndefined(() => instance.getTag(d, index));
    if (candidate === undefined) return undefined;
    if (candidate.uniqueId() === wanted) return index;
  }
}
