/**
 * A debugger in TypeScript: shows each call of a function, with its arguments and its callers. The
 * argument is the name of the function, `main` without one.
 */

import type { Debuggee, Frame } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import {
  backtrace,
  breakAtFunction,
  defineDebugger,
  print,
  readValues,
  resume,
  valuesText,
} from 'witness/guest';

const main = defineDebugger((d, args) => {
  const name = args[1] ?? 'main';
  if (breakAtFunction(d, name) === 0) throw new Error(`the program has no function named ${name}`);

  let calls = 0;
  for (;;) {
    const event = resume(d);
    switch (event.tag) {
      case 'complete':
        print(`${name} was called ${calls} times`);
        return;
      case 'breakpoint':
        calls++;
        showCall(d, name);
        break;
      case 'trap':
        print('the program is about to trap:');
        showCall(d, 'here');
        break;
      case 'exception': {
        // What an event owns is dropped at the end of the block.
        using exception = event.val;
        print(`an exception: ${valuesText(readValues(d, () => exception.getValues(d)))}`);
      }
    }
  }
});

function showCall(d: Debuggee, name: string): void {
  const callers: string[] = [];
  let locals = '';
  for (const frame of backtrace(d)) {
    if (locals === '') locals = localsText(d, frame);
    else callers.push(`0x${frame.getPc(d).toString(16)}`);
  }
  print(`${name} ${locals} called from ${callers.slice(0, 3).join(', ') || 'the host'}`);
}

function localsText(d: Debuggee, frame: Frame): string {
  return valuesText(readValues(d, () => frame.getLocals(d)));
}

// `debugger` is a reserved word of JavaScript, so the export needs another name inside.
export { main as debugger };
