/** What examples/sort.wat imports. */
export const compare = (a, b) => a - b;
