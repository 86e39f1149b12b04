/** The module `spectest` that scripts import from (interpreter/README.md of the spec). */

/**
 * @param printed gets a line for each call of a print function
 */
export function spectest(printed: string[]): Record<string, unknown> {
  const print =
    (name: string) =>
    (...args: unknown[]): void => {
      printed.push(`${name}(${args.map((arg) => (Object.is(arg, -0) ? '-0' : `${arg}`)).join()})`);
    };
  const global = (value: 'i32' | 'i64' | 'f32' | 'f64', initial: number | bigint): object =>
    new WebAssembly.Global({ value, mutable: false }, initial);
  const table64 = { element: 'anyfunc', initial: 10n, maximum: 20n, address: 'i64' };
  return {
    ...Object.fromEntries(
      ['', '_i32', '_i64', '_f32', '_f64', '_i32_f32', '_f64_f64'].map((suffix) => [
        `print${suffix}`,
        print(`print${suffix}`),
      ]),
    ),
    global_i32: global('i32', 666),
    global_i64: global('i64', 666n),
    global_f32: global('f32', 666.6),
    global_f64: global('f64', 666.6),
    table: new WebAssembly.Table({ element: 'anyfunc', initial: 10, maximum: 20 }),
    // The declarations of TypeScript do not know tables with 64-bit addresses.
    table64: new WebAssembly.Table(table64 as unknown as WebAssembly.TableDescriptor),
    memory: new WebAssembly.Memory({ initial: 1, maximum: 2 }),
    shared_memory: new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }),
  };
}
