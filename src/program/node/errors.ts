/** Errors of V8's, as the program would see them if nothing were in between. */

const OF_V8 = [WebAssembly.CompileError, WebAssembly.LinkError, TypeError, RangeError];
const MESSAGE = /^WebAssembly\.\w+\(\)/;
/** The folder of what is in between. */
const OWN = new URL('.', import.meta.url).href;

/**
 * Takes our frames off the stack of an error that V8 has thrown.
 *
 * @param name the function that the program called, with which V8 begins its messages
 */
export function asIfFrom(name: string, error: unknown): unknown {
  if (!OF_V8.some((Class) => error instanceof Class)) return error;
  const ofV8 = error as Error;
  const { message } = ofV8;
  if (!MESSAGE.test(message)) return error;
  const renamed = message.replace(MESSAGE, `WebAssembly.${name}()`);
  if (renamed !== message) ofV8.message = renamed;
  const { stack } = ofV8;
  if (typeof stack === 'string') ofV8.stack = withoutOwn(stack).replace(message, renamed);
  return error;
}

/** The same of one whose message is right. */
export function cutStack(error: unknown): unknown {
  if (error instanceof TypeError && error.stack !== undefined)
    error.stack = withoutOwn(error.stack);
  return error;
}

function withoutOwn(stack: string): string {
  const lines = stack.split('\n');
  return lines.filter((line) => !line.includes(OWN)).join('\n');
}
