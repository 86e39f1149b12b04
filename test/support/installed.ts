/** The package as its users get it: packed, and unpacked into a folder of somebody else's. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/run.ts';

/** Installs it, and what it and its users need, in `directory/node_modules`. It must have been built. */
export function installPackage(directory: string): void {
  if (!existsSync(join(root, 'dist/guest'))) throw new Error('not built; run: npm run build');
  // Without its scripts: they build. Without a registry: npm would ask one for the dependencies, which
  // are already here.
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--offline', '--pack-destination', directory],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const modules = join(directory, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', packed.trim().split('\n').at(-1)!], { cwd: directory });
  renameSync(join(directory, 'package'), join(modules, 'witness'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
}

/**
 * Runs a JavaScript file to its end, in the folder where the package is installed.
 * @returns its standard output
 * @throws Error with its output if it fails
 */
export function runInstalled(directory: string, file: string, ...args: string[]): string {
  try {
    return execFileSync(process.execPath, [file, ...args], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}${stderr}`);
  }
}
