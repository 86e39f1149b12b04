/** What is taken out of jco's JavaScript, and what that must not change. */
import { readFile } from 'node:fs/promises';
import { transpileBytes } from '@bytecodealliance/jco-transpile';
import { beforeAll, describe, expect, it } from 'vitest';
import { tune } from '../../src/host/tune.ts';
import { buildCInterpreter } from '../support/contract-guest/build.ts';

let source: string;
beforeAll(async () => {
  const { files } = await transpileBytes(await readFile(await buildCInterpreter()), {
    name: 'component',
    instantiation: 'async',
    base64Cutoff: 0,
  });
  source = new TextDecoder().decode(files['component.js']);
});

/** Everything between the tasks and the exports: how the component calls the host. */
const imports = (text: string) => text.match(/^ {2}const _trampoline\d+ = /gm)?.length;

describe('of a component whose calls are synchronous', () => {
  it('every import is called without a task', () => {
    const tuned = tune(source);
    expect(imports(source)).toBeGreaterThan(50);
    expect(imports(tuned)).toBe(imports(source));
    expect(tuned.match(/^ {2}let trampoline\d+ = _trampoline\d+;$/gm)).toHaveLength(
      imports(source)!,
    );
    expect(tuned.match(/^ {4}_checkMayLeave\(\d+\);$/gm)).toHaveLength(imports(source)!);
    expect(tuned).not.toMatch(/_lowerImportBackwardsCompat\.bind|\bconst hostProvided = true/);
  });

  it('a trap is still marked as the end of it', () => {
    const marks = (text: string) => text.match(/\.markTrapped\(/g)?.length;
    expect(marks(tune(source))).toBe(marks(source));
  });

  it('its export still has its task', () => {
    const exported = (text: string) => text.slice(text.indexOf('const hostProvided = false;'));
    const end = (text: string) => exported(text).slice(0, exported(text).indexOf('\n  let tramp'));
    expect(end(tune(source))).toContain('createNewCurrentTask({');
    expect(end(tune(source))).toBe(end(source));
  });
});

describe('what is not as expected stays as it is', () => {
  const bound = (text: string) => text.match(/_lowerImportBackwardsCompat\.bind/g)?.length ?? 0;

  it('if anything in the component is asynchronous', () => {
    const asynchronous = source.replace('funcTypeIsAsync: false', 'funcTypeIsAsync: true');
    expect(asynchronous).not.toBe(source);
    expect(bound(tune(asynchronous))).toBe(bound(source));
  });

  it.each([
    ['another use of the task', 'task.resolve([ret]);', 'task.resolve([ret]);\n    task.more();'],
    ['no end of the task', '    task.exit();\n  }\n', '  }\n'],
    ['another call', '_trackHostOperation(() =>', '_trackedOperation(() =>'],
    ['a task begun otherwise', 'const started = task.enterSync();', 'task.enterSync();'],
    ['bound otherwise', 'manuallyAsync ? new', 'manuallyAsync ?? new'],
  ])('%s: that import, and no other', (_, from, to) => {
    const other = source.replace(from, to);
    expect(other).not.toBe(source);
    const tuned = tune(other);
    expect(tuned.match(/^ {2}let trampoline\d+ = _trampoline\d+;$/gm)).toHaveLength(
      imports(source)! - 1,
    );
    expect(bound(tuned)).toBeGreaterThan(0);
    expect(bound(tuned)).toBeLessThan(3);
  });
});
