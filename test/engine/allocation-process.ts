/** Process entry, for little address space: what an embedder sees when a memory cannot be allocated. */
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../src/engine/runtime/engine.ts';

type Instantiate = (imports: unknown) => unknown;

function embed(instantiate: Instantiate): string[] {
  const seen: string[] = [];
  const kept: unknown[] = [];
  const attempt = (imports: unknown): boolean => {
    try {
      kept.push(instantiate(imports));
      return true;
    } catch (error) {
      const { name, message } = error as Error;
      seen.push(`${(error as Error).constructor.name} ${name}: ${message}`);
      return false;
    }
  };
  // So many are not there.
  while (kept.length < 100 && attempt({ host: { f() {} } }));
  attempt({ host: { f: 'no function' } });
  attempt({
    host: {
      get f() {
        seen.push('read');
        return () => {};
      },
    },
  });
  attempt({});
  attempt(undefined);
  return seen;
}

const [by, hex] = process.argv.slice(2) as [string, string];
const bytes = Buffer.from(hex, 'hex');
const engine = new Engine({ memory: createDebugMemory(), onStop: () => engine.resume('run') });
const debugged = engine.loadModule(bytes);
const compiled = new WebAssembly.Module(bytes);
const seen =
  by === 'engine'
    ? embed((imports) => engine.instantiate(debugged, imports as WebAssembly.Imports))
    : embed((imports) => new WebAssembly.Instance(compiled, imports as WebAssembly.Imports));
process.stdout.write(JSON.stringify(seen));
