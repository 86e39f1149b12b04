/** SQLite by Emscripten, from npm (sql.js, its build with names). */
import initSqlJs from 'sql.js/dist/sql-wasm-debug.js';

const SQL = await initSqlJs();
const db = new SQL.Database();
db.run('CREATE TABLE planets (name TEXT, moons INTEGER)');
const insert = db.prepare('INSERT INTO planets VALUES (?, ?)');
for (const row of [
  ['Earth', 1],
  ['Mars', 2],
  ['Jupiter', 97],
])
  insert.run(row);
insert.free();
console.log(
  JSON.stringify(db.exec('SELECT name, moons FROM planets WHERE moons > 1 ORDER BY moons DESC')),
);
try {
  db.run('SELECT nonsense');
} catch (error) {
  console.log(String(error));
}
console.log(db.export().length, 'bytes');
db.close();
