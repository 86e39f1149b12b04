/** Components without code look the same from outside, and their core modules can be found again. */
import { parse, print } from '@bytecodealliance/jco-transpile/wasm-tools';
import { expect, test } from 'vitest';
import { readComponent } from '../../../src/wasm/component/component.ts';
import { coreModules } from '../../../src/wasm/component/core-modules.ts';
import { skeletonKey, skeletonOf } from '../../../src/wasm/component/skeleton.ts';
import { echoesComponent, NESTED } from '../../support/components.ts';

test.each([
  ['one core module', echoesComponent],
  ['components inside components', () => parse(NESTED)],
])('%s', async (_, make) => {
  const component = await make();
  const skeleton = skeletonOf(component);
  expect(readComponent(skeleton.component)).toEqual(readComponent(component));
  const originals = coreModules(component);
  const modules = coreModules(skeleton.component);
  expect(modules.map(({ name }) => name)).toEqual(originals.map(({ name }) => name));
  modules.forEach(({ bytes }, i) => {
    expect(skeleton.originals.get(skeletonKey(bytes))).toEqual(originals[i]!.bytes);
    const [bare, whole] = [bytes, originals[i]!.bytes].map(
      (b) => new WebAssembly.Module(b as BufferSource),
    );
    expect(WebAssembly.Module.imports(bare!)).toEqual(WebAssembly.Module.imports(whole!));
    expect(WebAssembly.Module.exports(bare!)).toEqual(WebAssembly.Module.exports(whole!));
  });
  expect(await print(skeleton.component)).not.toContain('i32.add');
});

test('modules that look the same from outside are told apart; tags are left out', async () => {
  const component = await parse(`(component
    (core module $a (tag $t (export "t")) (func (export "f") (throw $t)))
    (core module $b (tag $t (export "t")) (func (export "f") nop)))`);
  const { component: bare, originals } = skeletonOf(component);
  expect(originals.size).toBe(2);
  const [a, b] = coreModules(bare);
  expect([a!.name, b!.name]).toEqual(['a', 'b']);
  expect(a!.bytes).not.toEqual(b!.bytes);
  expect(WebAssembly.Module.exports(new WebAssembly.Module(a!.bytes as BufferSource))).toEqual([
    { name: 'f', kind: 'function' },
  ]);
});
