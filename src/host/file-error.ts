/**
 * Why a file cannot be opened, without the path and the system call's name, which messages give
 * already.
 *
 * @returns undefined for what needs the error's own words
 */
export function fileError(error: unknown): string | undefined {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return undefined;
  }
}
