/** The clauses of `try_table` (core spec 3.0, section 5.4.1). */
import type { ByteReader } from './byte-reader.ts';
import { WasmError } from './error.ts';

/** A clause of `try_table`. */
export interface CatchClause {
  /** 0 catch, 1 catch_ref, 2 catch_all, 3 catch_all_ref. */
  readonly kind: number;
  /** Tag index; -1 for the catch_all kinds. */
  readonly tag: number;
  /** Label, counted from outside the `try_table`. */
  readonly label: number;
}

/** @throws WasmError if one is malformed or cut off */
export function readCatches(input: ByteReader): CatchClause[] {
  const clauses: CatchClause[] = [];
  for (let rest = input.count('catch clauses'); rest > 0; rest--) {
    const at = input.offset;
    const kind = input.u8();
    if (kind > 3) throw new WasmError(`malformed catch clause ${kind}`, at);
    const tag = kind < 2 ? input.u32() : -1;
    clauses.push({ kind, tag, label: input.u32() });
  }
  return clauses;
}
