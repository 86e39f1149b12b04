import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { LineWriter } from '../../src/host/output.ts';

const path = join(tmpdir(), `witness-output-${process.pid}`);
afterEach(() => rmSync(path, { force: true }));

function written(prefix: string, use: (writer: LineWriter) => void): string {
  const fd = openSync(path, 'w');
  use(new LineWriter({ fd, prefix }));
  closeSync(fd);
  return readFileSync(path, 'utf8');
}

function text(writer: LineWriter, value: string): void {
  writer.write(Buffer.from(value));
}

it('marks each line, however it is cut into writes', () => {
  const whole = 'one\n\ntwo é∀😀\nthree\n';
  const bytes = Buffer.from(whole);
  for (let size = 1; size <= bytes.length; size++) {
    const output = written('> ', (writer) => {
      for (let at = 0; at < bytes.length; at += size) writer.write(bytes.subarray(at, at + size));
    });
    expect(output).toBe('> one\n> \n> two é∀😀\n> three\n');
  }
});

it('writes a line only when it is whole, and ends the last one', () => {
  const output = written('> ', (writer) => {
    text(writer, 'a');
    expect(readFileSync(path, 'utf8')).toBe('');
    writer.flush();
    writer.flush();
    text(writer, 'b');
    writer.writeLine('c');
  });
  expect(output).toBe('> a\n> b\n> c\n');
});

it('does not keep the caller’s bytes', () => {
  const output = written('> ', (writer) => {
    const bytes = Buffer.from('abc');
    writer.write(bytes);
    bytes.fill(0);
    text(writer, '\n');
  });
  expect(output).toBe('> abc\n');
});

it('passes bytes through at once when there is no mark', () => {
  const output = written('', (writer) => {
    text(writer, 'a');
    expect(readFileSync(path, 'utf8')).toBe('a');
    text(writer, '\nb');
    writer.flush();
  });
  expect(output).toBe('a\nb');
});

it('cuts a line that never ends', () => {
  const output = written('> ', (writer) => {
    for (let i = 0; i < 100; i++) text(writer, 'x'.repeat(1000));
  });
  expect(output).toMatch(/^> x{65,}/);
});
