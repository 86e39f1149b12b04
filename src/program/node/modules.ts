/**
 * The modules of a JavaScript program. To the program a module is V8's own, made of the original
 * bytes, which costs little because V8 compiles lazily; so it can be looked into, stored and posted
 * to other threads. Behind it stand the bytes from which the engine makes its own when an instance is
 * wanted. Runs in the debuggee Worker.
 */
import type { DebugModule, Engine } from '../../engine/runtime/engine.ts';
import type { CompileOptions } from '../../engine/runtime/module.ts';
import { messageOf } from '../errors.ts';
import { say } from '../terminal.ts';

interface Source {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly options: CompileOptions | undefined;
}

export class ProgramModules {
  readonly #engine: Engine;
  readonly #appeared: () => void;
  readonly #sources = new WeakMap<WebAssembly.Module, Source>();
  /** Undefined: the engine cannot take it. */
  readonly #loaded = new WeakMap<WebAssembly.Module, DebugModule | undefined>();
  /** Compiled, and no instance of any of them has been asked for. */
  #pending: WebAssembly.Module[] = [];
  #saidUnknown = false;

  /** @param appeared - called when modules have been loaded, before any of their code runs */
  constructor(engine: Engine, appeared: () => void) {
    this.#engine = engine;
    this.#appeared = appeared;
  }

  /** V8 has compiled a module from these bytes. */
  compiled(
    module: WebAssembly.Module,
    bytes: Uint8Array<ArrayBuffer>,
    options: CompileOptions | undefined,
  ): void {
    this.#sources.set(module, { bytes, options });
    this.#pending.push(module);
  }

  /** A module that came into being as a copy of another. */
  copied(copy: WebAssembly.Module, from: WebAssembly.Module): void {
    const source = this.#sources.get(from);
    if (source !== undefined) this.#sources.set(copy, source);
  }

  /**
   * The engine's module for one of V8's. Undefined if it runs undebugged, which has been said: its
   * bytes are not known because it came from another thread, or the engine cannot take them.
   */
  load(module: WebAssembly.Module): DebugModule | undefined {
    if (!this.#loaded.has(module)) {
      if (!this.#sources.has(module)) this.#sayUnknown();
      // All that is there, so that a debugger sees them together.
      const pending = new Set([...this.#pending, module]);
      this.#pending = [];
      const before = this.#engine.modules.length;
      for (const one of pending) this.#load(one);
      if (this.#engine.modules.length > before) this.#appeared();
    }
    return this.#loaded.get(module);
  }

  #load(module: WebAssembly.Module): void {
    const source = this.#sources.get(module);
    if (source === undefined || this.#loaded.has(module)) return;
    const { bytes, options } = source;
    try {
      this.#loaded.set(module, this.#engine.loadModule(bytes, undefined, options));
    } catch (error) {
      this.#loaded.set(module, undefined);
      say(`a module of ${bytes.length} bytes is not debugged: ${messageOf(error)}`);
    }
  }

  #sayUnknown(): void {
    if (this.#saidUnknown) return;
    this.#saidUnknown = true;
    say('a module that came from another thread is not debugged: its bytes are not known here');
  }
}
