/** The commands of `witness`, for the help and for completion. */

export interface CommandSpec {
  readonly usage: string;
  /** Without an apostrophe: it goes into shell scripts. */
  readonly summary: string;
}

export const COMMANDS: Readonly<Record<string, CommandSpec>> = {
  run: {
    usage: 'run [options] program [args...]',
    summary: 'run a program under a debugger',
  },
  functions: {
    usage: 'functions program.wasm [pattern]',
    summary: 'list functions and their pcs; nothing is run',
  },
  disassemble: {
    usage: 'disassemble program.wasm [function]',
    summary: 'show instructions; nothing is run',
  },
  completion: {
    usage: 'completion bash|zsh|fish',
    summary: 'completion for a shell',
  },
  help: { usage: 'help [command]', summary: 'explain a command' },
};
