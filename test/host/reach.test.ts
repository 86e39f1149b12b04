/** What a debugger component can reach: nothing, or what it is given. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hello } from '../support/programs.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';
import { cComponent } from '../support/worlds.ts';

const space = createWorkspace();
const data = join(space.directory, 'data');
let component: string;
let program: string;
let server: Server;
let port: string;
let connections = 0;

beforeAll(async () => {
  mkdirSync(join(data, 'sub'), { recursive: true });
  space.file('secret', 'secret');
  writeFileSync(join(data, 'sub/file'), 'contents');
  symlinkSync('sub/file', join(data, 'inside'));
  symlinkSync('../secret', join(data, 'up'));
  symlinkSync('/etc/passwd', join(data, 'absolute'));
  const imports = 'include wasi:cli/imports@0.2.12; import wasi:http/outgoing-handler@0.2.12;';
  component = space.file('reach.wasm', await cComponent('reach.c', imports));
  program = space.wat('hello.wasm', hello(0));
  server = createServer((socket) => {
    connections++;
    socket.on('error', () => {}).destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = String((server.address() as AddressInfo).port);
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  space[Symbol.dispose]();
});

/** What the component says, and how the command ended. */
async function reach(
  options: string[],
  ...paths: string[]
): Promise<{ lines: string[]; status: number | undefined; stderr: string }> {
  const args = [port, ...paths].map((arg) => `--debugger-arg=${arg}`);
  const { status, stderr } = await witness(['run', '-D', component, ...options, ...args, program], {
    env: { REACH: 'variable' },
    stdin: 'typed',
  });
  const lines = [...stderr.matchAll(/^\[reach\] (.*)$/gm)].map(([, line]) => line!);
  return { lines, status, stderr };
}

const ACCESS_DENIED = 1;
const HTTP_REQUEST_DENIED = 15;
/** The request names no host: it got as far as being looked at. */
const HTTP_REQUEST_URI_INVALID = 19;
const NOT_PERMITTED = 31;

describe('a component', () => {
  it('reaches nothing that it is not given, nor what the program is given', async () => {
    const { lines, status } = await reach([`--dir=${data}::/p`, '--env=A=1']);
    expect(lines).toEqual([
      'environment: 0',
      'cwd: 0',
      'stdin: closed',
      `tcp: error ${ACCESS_DENIED}`,
      `udp: error ${ACCESS_DENIED}`,
      `name: error ${ACCESS_DENIED}`,
      `http: error ${HTTP_REQUEST_DENIED}`,
      'directories: 0',
    ]);
    expect(status).toBe(0);
    expect(connections).toBe(0);
  });

  it('fails when it uses a handle that it made up', async () => {
    const { lines, status, stderr } = await reach([], 'sub/file');
    expect(lines.at(-1)).toBe('directories: 0');
    expect(stderr).toMatch(/^witness: the debugger failed: /m);
    expect(status).toBe(125);
  });

  it('is given standard input, and nothing with it', async () => {
    const { lines } = await reach(['--debugger-inherit=stdin']);
    expect(lines.slice(0, 4)).toEqual([
      'environment: 0',
      'cwd: 0',
      'stdin: typed',
      `tcp: error ${ACCESS_DENIED}`,
    ]);
  });

  it('is given the environment', async () => {
    const { lines } = await reach(['--debugger-inherit=env']);
    expect(lines[0]).toMatch(/^environment: \d+ REACH=variable$/);
    expect(lines.slice(1, 4)).toEqual(['cwd: 0', 'stdin: closed', `tcp: error ${ACCESS_DENIED}`]);
  });

  it('is given the network', async () => {
    const { lines } = await reach(['--debugger-inherit=network']);
    expect(lines).toEqual([
      'environment: 0',
      'cwd: 0',
      'stdin: closed',
      'tcp: connected',
      'udp: ok',
      'name: found',
      `http: error ${HTTP_REQUEST_URI_INVALID}`,
      'directories: 0',
    ]);
    expect(connections).toBe(1);
  });

  it('is given a directory, and does not get out of it', async () => {
    const paths = ['sub/file', 'inside', '../secret', 'sub/../../secret', 'up', 'absolute'];
    const { lines } = await reach([`--debugger-dir=${data}::/d`], ...paths, '/etc/passwd');
    expect(lines.slice(7)).toEqual([
      'directories: 1 /d',
      'file sub/file: contents',
      'file inside: contents',
      ...[...paths.slice(2), '/etc/passwd'].map((path) => `file ${path}: error ${NOT_PERMITTED}`),
    ]);
  });
});
