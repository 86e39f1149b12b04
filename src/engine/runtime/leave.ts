/**
 * `leave` as instrumented code calls it: through a table, because an imported function would shift
 * the indices, and with them the names, of all the module's own. A JavaScript function can only get
 * into a table through a module that imports and exports it.
 */
import { SmallModule } from '../instrument/small-module.ts';
import { WebAssembly } from './v8.ts';

/**
 * Called by code whose check fired, its frame being complete.
 *
 * @param frame byte address of the frame
 * @param pc byte offset in the original module
 * @param instance number of the instance
 * @returns slot in the instance's continuation table of what goes on
 */
export type Leave = (frame: number, pc: number, instance: number) => number;

export function leaveFunction(leave: Leave): unknown {
  const module = new WebAssembly.Module(leaveModule());
  return new WebAssembly.Instance(module, { e: { leave } }).exports['leave'];
}

function leaveModule(): Uint8Array<ArrayBuffer> {
  const module = new SmallModule();
  module.import('e', 'leave', { kind: 'func', typeIndex: module.types.leave() });
  module.export('leave', 'func', 0);
  return module.finish();
}
