/** Names of WIT in JavaScript. */

/** As jco's bindings have it: `get-u8-HTTP` is `getU8Http`. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
