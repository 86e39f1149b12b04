/** Runs a script in one target, from its beginning and with a `spectest` of its own. */
import { WasmError } from '../../src/wasm/error.ts';
import { decodeModule, funcTypeOf, type Module } from '../../src/wasm/module.ts';
import { Caller } from './calls.ts';
import type { Action, Command, Script } from './script.ts';
import { spectest } from './spectest.ts';
import type { Instantiate, Target } from './target.ts';
import { isLoose, matches, type Value, valueText } from './values.ts';

/** What a command came to. */
export interface Outcome {
  /** For an assertion: it holds. For another command: it raised no error. */
  readonly ok: boolean;
  /** All that can be observed, the same text exactly for the same behaviour. */
  readonly text: string;
  /** The script allows several results, so that texts of two runs may differ. */
  readonly loose: boolean;
  /** Why the command was not run, if so. */
  readonly notCovered?: string;
  readonly complaints: readonly string[];
}

interface LoadedModule {
  readonly decoded: Module;
  readonly instantiate: Instantiate;
}

interface LoadedInstance {
  readonly module: Module;
  readonly exports: Record<string, unknown>;
}

/** A module that is not covered, what it would have linked to, or what would link to it. */
class NotCovered {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

type Named<T> = Map<string | undefined, T | NotCovered>;

/** The outcomes of all commands, in order. */
export function runScript(script: Script, target: Target): Outcome[] {
  const run = new Run(script, target);
  return script.commands.map((command) => run.command(command));
}

class Run {
  readonly #host: Script['host'];
  readonly #target: Target;
  readonly #caller = new Caller();
  readonly #printed: string[] = [];
  /** By name; undefined is the latest. */
  readonly #modules: Named<LoadedModule> = new Map();
  readonly #instances: Named<LoadedInstance> = new Map();
  readonly #registered: Map<string, Record<string, unknown> | NotCovered>;
  /** Which instance the exports are of that another one may import. */
  readonly #byExports = new Map<Record<string, unknown>, LoadedInstance>();
  /** Instances that a module which is not covered would have changed. */
  readonly #tainted = new Map<LoadedInstance, NotCovered>();

  constructor(script: Script, target: Target) {
    this.#host = script.host;
    this.#target = target;
    this.#registered = new Map([['spectest', spectest(this.#printed)]]);
  }

  command(command: Command): Outcome {
    this.#printed.length = 0;
    let ok: boolean;
    let text: string;
    let loose = false;
    try {
      const results = this.#execute(command);
      text = results.map((value) => valueText(value, this.#host)).join(' ');
      if (command.kind === 'assert_return') {
        const { expected } = command;
        loose = expected.some(isLoose);
        ok =
          results.length === expected.length &&
          results.every((value, i) => matches(value, expected[i]!, this.#host));
      } else ok = !command.kind.startsWith('assert_');
    } catch (error) {
      if (error instanceof NotCovered) {
        const notCovered = error.reason;
        return { ok: false, text: '', loose: false, notCovered, complaints: [] };
      }
      text = this.#errorText(error);
      ok = isExpected(command, error);
    }
    if (this.#printed.length > 0) text += ` | ${this.#printed.join(' ')}`;
    return { ok, text, loose, complaints: [...this.#target.complaints()] };
  }

  #execute(command: Command): Value[] {
    switch (command.kind) {
      case 'module': {
        const { name } = command;
        const module = this.#orNotCovered(() => this.#load(command.bytes));
        set(this.#modules, name, module);
        if (command.instantiate) this.#instance(name, module);
        else if (module instanceof NotCovered) throw module;
        return [];
      }
      case 'instance':
        this.#instance(command.name, named(this.#modules, command.module, 'module'));
        return [];
      case 'register': {
        const instance = this.#instances.get(command.instance);
        if (instance === undefined) throw new Error(`no instance ${command.instance}`);
        const covered = !(instance instanceof NotCovered);
        this.#registered.set(command.as, covered ? instance.exports : instance);
        return [];
      }
      case 'action':
      case 'assert_return':
      case 'assert_trap':
      case 'assert_exhaustion':
      case 'assert_exception':
        return this.#act(command.action);
      case 'assert_rejected': {
        const module = this.#load(command.bytes);
        this.#instantiate(module);
        return [];
      }
    }
  }

  #load(bytes: Uint8Array): LoadedModule {
    try {
      const instantiate = this.#target.load(bytes);
      return { decoded: decodeModule(bytes), instantiate };
    } catch (error) {
      if (!(error instanceof WasmError) || !error.message.startsWith('not covered yet'))
        throw error;
      const reason = new NotCovered(
        error.message.replace(/^not covered yet: |( in function \d+)? \(at offset .*$/g, ''),
      );
      this.#taint(decodeModule(bytes), reason);
      throw reason;
    }
  }

  #orNotCovered<T>(make: () => T): T | NotCovered {
    try {
      return make();
    } catch (error) {
      if (error instanceof NotCovered) return error;
      throw error;
    }
  }

  /** Makes the instance known under its name even if it is not covered; throws then. */
  #instance(name: string | undefined, module: LoadedModule | NotCovered): void {
    this.#instances.delete(undefined);
    const instance =
      module instanceof NotCovered ? module : this.#orNotCovered(() => this.#instantiate(module));
    set(this.#instances, name, instance);
    if (instance instanceof NotCovered) throw instance;
  }

  #instantiate({ decoded, instantiate }: LoadedModule): LoadedInstance {
    const imports: Record<string, Record<string, unknown>> = {};
    for (const { module } of decoded.imports) {
      const exports = this.#registered.get(module);
      if (exports instanceof NotCovered) {
        this.#taint(decoded, exports);
        throw exports;
      }
      if (exports !== undefined) imports[module] = exports;
    }
    const exports = this.#target.enter(() => instantiate(imports as WebAssembly.Imports));
    const instance: LoadedInstance = { module: decoded, exports };
    this.#byExports.set(exports, instance);
    return instance;
  }

  /** What a module imports it may change: tables by its segments, memories, globals. */
  #taint(decoded: Module, reason: NotCovered): void {
    for (const { module } of decoded.imports) {
      const exports = this.#registered.get(module);
      if (exports === undefined || exports instanceof NotCovered) continue;
      const instance = this.#byExports.get(exports);
      if (instance !== undefined) this.#tainted.set(instance, reason);
    }
  }

  #act(action: Action): Value[] {
    const instance = named(this.#instances, action.instance, 'instance');
    if (instance instanceof NotCovered) throw instance;
    const tainted = this.#tainted.get(instance);
    if (tainted !== undefined) throw tainted;
    const { module, exports } = instance;
    const entry = module.exports.find(({ name }) => name === action.field);
    if (entry === undefined) throw new Error(`no export ${action.field}`);
    const value = exports[action.field];
    return this.#target.enter(() => {
      if (action.kind === 'get') {
        const { type } = module.globals[entry.index]!;
        return [this.#caller.read(value as WebAssembly.Global, type)];
      }
      const type = funcTypeOf(module, entry.index);
      return this.#caller.call(value as (...args: unknown[]) => unknown, type, action.args);
    });
  }

  #errorText(error: unknown): string {
    if (error instanceof WebAssembly.Exception) return 'a WebAssembly exception';
    if (!(error instanceof Error)) return `threw ${error}`;
    const where =
      error instanceof WebAssembly.RuntimeError ? this.#target.trapPc(error) : undefined;
    const at = where === undefined ? '' : ` at 0x${where.toString(16)}`;
    return `${error.name}: ${error.message}${at}`;
  }
}

function set<T>(map: Named<T>, name: string | undefined, value: T | NotCovered): void {
  map.set(undefined, value);
  if (name !== undefined) map.set(name, value);
}

function named<T>(map: Named<T>, name: string | undefined, what: string): T | NotCovered {
  const found = map.get(name);
  if (found === undefined) throw new Error(`no ${what} ${name ?? 'yet'}`);
  return found;
}

function isExpected(command: Command, error: unknown): boolean {
  switch (command.kind) {
    case 'assert_trap':
      return error instanceof WebAssembly.RuntimeError;
    case 'assert_exhaustion':
      return error instanceof RangeError;
    case 'assert_exception':
      return error instanceof WebAssembly.Exception;
    case 'assert_rejected':
      if (command.how === 'trap') return error instanceof WebAssembly.RuntimeError;
      if (command.how === 'unlinkable') return isLinkError(error);
      return error instanceof WebAssembly.CompileError;
    default:
      return false;
  }
}

/** An import from a module that is not there at all is a TypeError in the JavaScript interface. */
function isLinkError(error: unknown): boolean {
  return (
    error instanceof WebAssembly.LinkError ||
    (error instanceof TypeError && error.message.includes('Import #'))
  );
}
