/** The WebAssembly binary toolkit by Emscripten, from npm (wabt). */
import wabtFactory from 'wabt';

const wabt = await wabtFactory();
const module = wabt.parseWat(
  'm.wat',
  '(module (func (export "f") (param i32) (result i32) (local.get 0)))',
);
const { buffer, log } = module.toBinary({ log: true });
console.log(buffer.length, log.split('\n').length);
module.destroy();
console.log(wabt.readWasm(buffer, {}).toText({ foldExprs: true }));
try {
  wabt.parseWat('bad.wat', '(module (func (f64.nonsense)))');
} catch (error) {
  console.log(error.message);
}
