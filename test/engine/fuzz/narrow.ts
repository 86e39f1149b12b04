/** Limits so narrow that what is meant for enormous functions happens in small ones. */
import { CODE_LIMITS, type CodeLimits } from '../../../src/engine/instrument/code-limits.ts';

export const NARROW: Readonly<Record<string, CodeLimits>> = {
  'locals in frames, one home': {
    ...CODE_LIMITS,
    locals: 0,
    homes: 1,
    steppingLocals: 0,
    runningLocals: 0,
  },
  'some locals in frames, two homes': {
    ...CODE_LIMITS,
    locals: 16,
    homes: 2,
    chunkRounds: 2,
    signatureBytes: 3,
    checksAhead: false,
    addressSums: false,
    steppingLocals: 1,
    runningLocals: 2,
  },
  'entries only': {
    ...CODE_LIMITS,
    cruiseBytes: 0,
    homes: 2,
    steppingBytes: 0,
    runningBytes: 0,
    mostRunningBytes: 0,
    loopBytes: 0,
  },
  'short pieces that grow': {
    ...CODE_LIMITS,
    equalOperands: false,
    codeBytes: 100,
    branchHints: false,
    steppingBytes: 200,
    runningBytes: 20,
    mostRunningBytes: 1000,
    loopBytes: 100,
  },
};
