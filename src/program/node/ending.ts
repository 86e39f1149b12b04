/**
 * How a JavaScript program ends in the debuggee Worker: by itself, by `process.exit`, or by an error
 * that nobody catches. All three come through `process.emit`, which Node calls by name. Listeners
 * would do as well, but the program could count them, and would not be done when they are called.
 */
import { replaceMethod } from './stand-in.ts';

export interface UncaughtError {
  readonly error: unknown;
  /** A promise was rejected with it. */
  readonly fromPromise: boolean;
}

export interface EndingWatcher {
  /** Nobody has caught an error: the program ends, but not before its listeners of `exit`. */
  uncaught(failure: UncaughtError): void;
  /** All listeners of `exit` have been called; no code of the program runs after this. */
  ended(status: number): void;
}

/** What Node exits with after an uncaught error. */
const UNCAUGHT = 1;

export function watchEnding(watcher: EndingWatcher): void {
  let failure: UncaughtError | undefined;
  replaceMethod(process, 'emit', (emit, self, args) => {
    const [event, argument, origin] = args;
    if (event !== 'exit') {
      const heard: unknown = Reflect.apply(emit, self, args);
      if (event === 'uncaughtException' && heard === false) {
        failure = { error: argument, fromPromise: origin === 'unhandledRejection' };
      }
      return heard;
    }
    let status: number | undefined;
    try {
      return Reflect.apply(emit, self, args);
    } catch (error) {
      failure = { error, fromPromise: false };
      status = UNCAUGHT;
      throw error;
    } finally {
      if (failure !== undefined) watcher.uncaught(failure);
      watcher.ended(status ?? Number(process.exitCode ?? argument));
    }
  });
}
