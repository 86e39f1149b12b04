/** What can be said of an error that ends a debugger component. */

export function describeError(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}\n${error.stack ?? ''}`;
  // componentize-js throws the error case of a result as an object with a payload.
  const payload = (error as { payload?: unknown } | null | undefined)?.payload;
  return payload === undefined ? String(error) : `the host answered ${JSON.stringify(payload)}`;
}
