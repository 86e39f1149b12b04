/** What every part of the generator writes with: the function in the making, and choices. */
import type { Random } from '../random.ts';
import { type NumberType, TYPES, type Type, typeText } from './expressions.ts';

export interface Signature {
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

export interface Label {
  /** What a branch to it carries. */
  readonly types: readonly Type[];
}

export const NUMBERS: readonly NumberType[] = ['i32', 'i64', 'f32', 'f64'];
export const LOCALS_OF_EACH = 2;

export class FunctionWriter {
  protected readonly random: Random;
  /** Of locals, globals, operands, parameters and results. */
  protected readonly allTypes: readonly Type[] = TYPES;
  protected readonly functions: Signature[] = [];
  protected lines: string[] = [];
  protected labels: Label[] = [];
  protected current: Signature = { params: [], results: [] };
  /** Instructions that the function may still have; then only small ones come. */
  protected budget = 0;

  constructor(random: Random) {
    this.random = random;
  }

  protected types(most: number, from: readonly Type[] = this.allTypes): Type[] {
    return Array.from({ length: this.random.below(most + 1) }, () => this.pick(from));
  }

  protected pick<T>(items: readonly T[]): T {
    return items[this.random.below(items.length)]!;
  }

  protected chance(oneIn: number): boolean {
    return this.random.below(oneIn) === 0;
  }

  protected emit(...lines: string[]): void {
    this.lines.push(...lines);
    this.budget -= lines.length;
  }

  protected resultText(results: readonly Type[]): string {
    return signatureText({ params: [], results });
  }

  protected fuel(): void {
    this.emit('global.get $fuel', 'i32.eqz', 'if', 'unreachable', 'end');
    this.emit('global.get $fuel', 'i32.const 1', 'i32.sub', 'global.set $fuel');
  }

  protected local(type: Type): string {
    const params = this.current.params.flatMap((param, i) => (param === type ? [`${i}`] : []));
    const own = Array.from({ length: LOCALS_OF_EACH }, (_, i) => `$${type}_${i}`);
    return this.pick([...params, ...own]);
  }
}

export function same(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

export function signatureText({ params, results }: Signature): string {
  const words = (what: string, types: readonly Type[]) =>
    types.length === 0 ? '' : `(${what} ${types.map(typeText).join(' ')})`;
  return `${words('param', params)} ${words('result', results)}`;
}

/** A lane comes behind the offset. */
export function memoryAccess(name: string, offset: number): string {
  const [instruction, lane = ''] = name.split(' ');
  return `${instruction} offset=${offset} align=1 ${lane}`;
}
