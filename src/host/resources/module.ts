import type { ModuleHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { IdentifiedEntity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import type { Debuggee } from './debuggee.ts';

/** `module`. */
export class Module extends IdentifiedEntity<ModuleHandle> implements Wit.Module {
  bytecode(): Uint8Array | undefined {
    return this.session.ask('module.bytecode', (debuggee) => debuggee.moduleBytecode(this.handle));
  }

  addBreakpoint(_d: Debuggee, pc: number): void {
    this.session.tryTo('module.add-breakpoint', (debuggee) =>
      debuggee.moduleAddBreakpoint(this.handle, pc),
    );
  }

  removeBreakpoint(_d: Debuggee, pc: number): void {
    this.session.tryTo('module.remove-breakpoint', (debuggee) =>
      debuggee.moduleRemoveBreakpoint(this.handle, pc),
    );
  }

  clone(): Module {
    return new Module(this.session, this.handle);
  }
}
