/** A component transpiled by jco, from npm: wasm-tools as jco ships it. */
import { componentWit, parse, print } from '@bytecodealliance/jco-transpile/wasm-tools';

const component = await parse('(component (core module (func $f)) (type (func (param "a" u32))))');
console.log(component.length, await print(component));
console.log(await componentWit(component));
try {
  await parse('(component (nonsense))');
} catch (error) {
  console.log(String(error.payload ?? error).slice(0, 60));
}
