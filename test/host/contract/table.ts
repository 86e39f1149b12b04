/**
 * The table of what the contract's cases have seen: method by outcome by layer. A cell that the
 * contract asks for and no case has filled fails the run.
 */

import type { Layer, Outcome } from './layer.ts';
import type { Command } from './script.ts';
import { ERRORS, METHODS, type Method } from './wit.ts';

/** What the engine itself answers, as the contract has it. Everything else is only passed on. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  'event-future.finish': [
    ...['invalid-frame', 'mismatched-type', 'unsupported-type', 'execution-trap'],
  ],
  'instance.get-memory': ['invalid-entity'],
  'instance.get-global': ['invalid-entity'],
  'instance.get-table': ['invalid-entity'],
  'instance.get-func': ['invalid-entity'],
  'instance.get-tag': ['invalid-entity'],
  'module.add-breakpoint': ['invalid-pc'],
  'module.remove-breakpoint': ['invalid-pc'],
  'memory.grow-to-bytes': ['memory-grow-failure'],
  'memory.get-bytes': ['out-of-bounds', 'alloc-failure'],
  'memory.set-bytes': ['out-of-bounds'],
  'memory.get-u8': ['out-of-bounds'],
  'memory.get-u16': ['out-of-bounds'],
  'memory.get-u32': ['out-of-bounds'],
  'memory.get-u64': ['out-of-bounds'],
  'memory.set-u8': ['out-of-bounds'],
  'memory.set-u16': ['out-of-bounds'],
  'memory.set-u32': ['out-of-bounds'],
  'memory.set-u64': ['out-of-bounds'],
  'global.get': ['unsupported-type'],
  'global.set': ['unsupported-type', 'mismatched-type', 'read-only'],
  'table.get-element': ['unsupported-type', 'out-of-bounds'],
  'table.set-element': ['unsupported-type', 'mismatched-type', 'out-of-bounds'],
  'wasm-func.params': ['unsupported-type'],
  'wasm-func.results': ['unsupported-type'],
  'wasm-exception.get-values': ['unsupported-type'],
  'wasm-exception.make': ['mismatched-type'],
  'wasm-tag.params': ['unsupported-type'],
  'frame.get-instance': ['invalid-frame'],
  'frame.get-func-index': ['invalid-frame'],
  'frame.get-pc': ['invalid-frame'],
  'frame.get-locals': ['invalid-frame', 'unsupported-type'],
  'frame.get-stack': ['invalid-frame', 'unsupported-type'],
  'frame.parent-frame': ['invalid-frame'],
};

/** Whether the engine may answer a method with this error. */
export function engineGives(method: string, error: string): boolean {
  return OWN[method]?.includes(error) === true;
}

/** Without a debuggee or a handle there is nothing to be in a wrong state. */
const NEVER_TRAP = /^(wasm-value\.make-[if]|debuggee\.interrupt)/;

type Mark = 'engine' | 'passed on';

export class Table {
  readonly #layers: readonly Layer[];
  readonly #seen = new Map<string, Mark>();

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  add(layer: Layer, commands: readonly Command[], outcome: Outcome, fault: boolean): void {
    commands.forEach(({ method }, i) => {
      const result = outcome.results[i];
      if (result === undefined) return;
      const [, word, code] = /^(error|trap) ?([\w-]*)/.exec(result) ?? [];
      const cell = `${layer.name}|${method}|${word === 'error' ? code : (word ?? 'result')}`;
      if (!fault || !this.#seen.has(cell)) this.#seen.set(cell, fault ? 'passed on' : 'engine');
    });
  }

  /** `LAYER: METHOD OUTCOME` for each that should have been seen. */
  empty(): string[] {
    const missing: string[] = [];
    for (const layer of this.#layers) {
      for (const method of METHODS.values()) {
        for (const [outcome, wanted] of this.#wanted(method, layer)) {
          const mark = this.#seen.get(`${layer.name}|${method.name}|${outcome}`);
          if (mark !== wanted && mark !== 'engine') {
            missing.push(`${layer.name}: ${method.name} ${outcome}, ${wanted}`);
          }
        }
      }
    }
    return missing;
  }

  #wanted({ name, result, params }: Method, layer: Layer): [string, Mark][] {
    // Nobody waits in the thread that the program runs in.
    if (name === 'event-future.subscribe' && !layer.polls) return [];
    const wanted: [string, Mark][] = [['result', 'engine']];
    if (params.length > 0 && !NEVER_TRAP.test(name)) wanted.push(['trap', 'engine']);
    if (!result.startsWith('result<')) return wanted;
    for (const error of ERRORS) {
      wanted.push([error, engineGives(name, error) ? 'engine' : 'passed on']);
    }
    return wanted;
  }

  /** Markdown, one row for each method; a cell has one character for each layer. */
  toString(): string {
    const columns = ['result', ...ERRORS, 'trap'];
    const rows = [...METHODS.values()].map(({ name }) => {
      const cells = columns.map((outcome) =>
        this.#layers
          .map((layer) => {
            const mark = this.#seen.get(`${layer.name}|${name}|${outcome}`);
            return mark === undefined ? '·' : mark === 'engine' ? 'x' : 'o';
          })
          .join(''),
      );
      return `| ${name} | ${cells.join(' | ')} |`;
    });
    return [
      'Layers, from left to right in each cell:',
      ...this.#layers.map(({ name }, i) => `${i + 1}. ${name}`),
      '',
      '`x`: seen, `o`: seen over a debuggee that gives any error, `·`: not seen.',
      '',
      `| method | ${columns.join(' | ')} |`,
      `|${'---|'.repeat(columns.length + 1)}`,
      ...rows,
      '',
    ].join('\n');
  }
}
