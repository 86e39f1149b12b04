import { moduleBytes } from '../support/wast.ts';

/** Assembles a text module. */
export function assemble(text: string): Promise<Uint8Array> {
  return moduleBytes({
    line: 1,
    expectation: 'valid',
    message: undefined,
    source: { text, quoted: false },
  });
}
