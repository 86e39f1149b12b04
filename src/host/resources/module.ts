import type { ModuleHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { IdentifiedEntity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import type { Debuggee } from './debuggee.ts';

/** `module`. */
export class Module extends IdentifiedEntity<ModuleHandle> implements Wit.Module {
  bytecode(): Uint8Array | undefined {
    return this.session.ask('module.bytecode', undefined, (debuggee) =>
      debuggee.moduleBytecode(this.handle),
    );
  }

  addBreakpoint(d: Debuggee, pc: number): void {
    this.session.tryTo('module.add-breakpoint', d, (debuggee) =>
      debuggee.moduleAddBreakpoint(this.handle, pc),
    );
  }

  removeBreakpoint(d: Debuggee, pc: number): void {
    this.session.tryTo('module.remove-breakpoint', d, (debuggee) =>
      debuggee.moduleRemoveBreakpoint(this.handle, pc),
    );
  }

  clone(): Module {
    return this.copy('module.clone', Module);
  }
}
