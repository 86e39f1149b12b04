/** Colours, where the output is a terminal that wants them: SGR sequences of ECMA-48. */

export interface Style {
  name(text: string): string;
  address(text: string): string;
  here(text: string): string;
  dim(text: string): string;
  error(text: string): string;
}

const plain = (text: string) => text;
const sgr = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;

export const plainStyle: Style = {
  name: plain,
  address: plain,
  here: plain,
  dim: plain,
  error: plain,
};

export const colourStyle: Style = {
  name: sgr(33),
  address: sgr(34),
  here: sgr(32),
  dim: sgr(2),
  error: sgr(31),
};
