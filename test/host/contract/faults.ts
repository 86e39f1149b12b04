/**
 * A debuggee that fails on demand, with any error of the world: what the engine never answers,
 * another implementation may, and every layer has to pass it on.
 */

import {
  DebuggeeError,
  type OpaqueDebugger,
} from '../../../src/opaque-debugger/opaque-debugger.ts';
import { ERRORS } from './wit.ts';

/**
 * Reading a byte at FAULTS + n makes everything fail with the nth error; reading at FAULTS + 255, or
 * beyond the errors, ends that. So a script can ask for it in every layer.
 */
export const FAULTS = 0xfa17_0000_0000_0000n;
export const NO_FAULT = 255;

/** The server of the channel asks by the second name. */
const READS = ['memoryReadBytes', 'memoryBytes'];
/** What cannot fail, or must not for the test to go on. */
const UNTOUCHED = ['state', 'wait', 'interrupt', 'release', 'finish', 'held', 'watch'];

export function withFaults<D extends OpaqueDebugger>(debuggee: D): D {
  let fault: string | undefined;
  return new Proxy(debuggee, {
    get(target, name: string) {
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const [, address] = args;
        if (READS.includes(name) && (address as bigint) >= FAULTS) {
          fault = ERRORS[Number((address as bigint) - FAULTS)];
        } else if (fault !== undefined && !UNTOUCHED.includes(name)) {
          throw new DebuggeeError(fault as never);
        }
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
}
