/** A lexer in C with glue written by hand, from npm (es-module-lexer). */
import { init, parse } from 'es-module-lexer';

await init;
const [imports, exports] = parse(
  `import a from 'a'; export const b = await import('c'); export { a };`,
);
console.log(
  imports.map(({ n, ss, se }) => [n, ss, se]),
  exports.map(({ n }) => n),
);
try {
  parse('import {');
} catch (error) {
  console.log(error.message);
}
