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

/** By name; undefined is the latest. */
type Named<T> = Map<string | undefined, T>;

/**
 * The outcomes of all commands, in order.
 *
 * @throws Error for a module that V8 takes and Witness does not, whatever the script expects of it
 */
export function runScript(script: Script, target: Target): Outcome[] {
  const run = new Run(script, target);
  return script.commands.map((command) => run.command(command));
}

class Run {
  readonly #host: Script['host'];
  readonly #target: Target;
  readonly #caller = new Caller();
  readonly #printed: string[] = [];
  readonly #modules: Named<LoadedModule> = new Map();
  readonly #instances: Named<LoadedInstance> = new Map();
  readonly #registered: Map<string, Record<string, unknown>>;

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
      if (error instanceof WasmError) {
        throw new Error(`line ${command.line}: V8 takes this module: ${error.message}`, {
          cause: error,
        });
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
        this.#modules.delete(undefined);
        const module = this.#load(command.bytes);
        set(this.#modules, name, module);
        if (command.instantiate) this.#instance(name, module);
        return [];
      }
      case 'instance':
        this.#instance(command.name, named(this.#modules, command.module, 'module'));
        return [];
      case 'register':
        this.#registered.set(
          command.as,
          named(this.#instances, command.instance, 'instance').exports,
        );
        return [];
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
    const instantiate = this.#target.load(bytes);
    return { decoded: decodeModule(bytes), instantiate };
  }

  #instance(name: string | undefined, module: LoadedModule): void {
    this.#instances.delete(undefined);
    set(this.#instances, name, this.#instantiate(module));
  }

  #instantiate({ decoded, instantiate }: LoadedModule): LoadedInstance {
    const imports: Record<string, Record<string, unknown>> = {};
    for (const { module } of decoded.imports) {
      const exports = this.#registered.get(module);
      if (exports !== undefined) imports[module] = exports;
    }
    const exports = this.#target.enter(() => instantiate(imports as WebAssembly.Imports));
    return { module: decoded, exports };
  }

  #act(action: Action): Value[] {
    const { module, exports } = named(this.#instances, action.instance, 'instance');
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

function set<T>(map: Named<T>, name: string | undefined, value: T): void {
  map.set(undefined, value);
  if (name !== undefined) map.set(name, value);
}

function named<T>(map: Named<T>, name: string | undefined, what: string): T {
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
