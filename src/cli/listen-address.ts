/** The value of `--gdb`: where to listen. */
import { UsageError } from '../program/errors.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Only this machine: whoever can connect can do with the program whatever they like. */
const LOOPBACK = '127.0.0.1';

/**
 * @param word `[ADDR:]PORT`, an IPv6 address in brackets
 * @throws UsageError
 */
export function parseListenAddress(word: string): ListenAddress {
  const match = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(word);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new UsageError(
      `--gdb ${word}: give a PORT from 0 to 65535, or ADDR:PORT; 0 picks a free port`,
    );
  }
  return { host: match[1] ?? match[2] ?? LOOPBACK, port };
}
