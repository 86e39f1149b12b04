/** What the figures were measured on. */
import { cpus, loadavg, totalmem } from 'node:os';

export interface Environment {
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly node: string;
  readonly v8: string;
  /** Processes that wanted to run, on average of a minute, before and after. */
  readonly load: readonly number[];
  /** ISO 8601. */
  readonly date: string;
}

/** @param load what `loadavg` gave before */
export function environment(load: number): Environment {
  const [processor] = cpus();
  return {
    processor: processor?.model.trim() || 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    node: process.version,
    v8: process.versions.v8,
    load: [load, loadavg()[0]!],
    date: new Date().toISOString().slice(0, 10),
  };
}
