/** The texts of `--help`. Each fits a screen of 24 lines; `docs/command-line.md` has the rest. */
import { COMMANDS } from './commands.ts';

/** Where the summaries begin. */
const COLUMN = 46;

const commandLines = Object.values(COMMANDS)
  .map(({ usage, summary }) => `  witness ${usage}`.padEnd(COLUMN) + summary)
  .join('\n');

export const WITNESS_HELP = `\
witness: debugging for WebAssembly, where the debugger is a WebAssembly component

${commandLines}
  witness --version

Examples:
  witness run program.wasm                    debug it by commands: break main, run, next, help
  witness run -g 1234 program.wasm            serve LLDB and VS Code
  witness functions program.wasm alloc        those with alloc in their names
`;

export const RUN_HELP = `\
witness run [options] program.wasm|program.mjs [args...]

  -D, --debugger NAME|PATH      built-in debugger or component file; "none" (see below)
      --debugger-arg ARG        one argument for the debugger (repeatable)
      --debugger-inherit LIST   give the debugger stdin,network,env: any of these
      --commands FILE|-         the debugger's stdin; - is stdin, then not the program's
      --debugger-dir HOST[::GUEST]  let the debugger use the directory HOST (repeatable)
      --debugger-output FILE|-  the debugger's stdout; - is stdout (default: stderr, marked)
      --dir HOST[::GUEST]       let the program see the directory HOST as GUEST (repeatable)
      --env K=V                 set a variable for the program (repeatable)
  -g, --gdb [ADDR:]PORT         serve LLDB on this port; 0 picks one (debugger: gdbstub)
      --import NAME=FILE.mjs    module NAME's imports are FILE.mjs's exports (repeatable)
      --invoke EXPORT           call EXPORT with args, print its results one per line
      --stdin FILE, --network   the program's stdin; let a component use the network
      --traps exact|native      stop before a trap (default), or report it after: faster
  -v, --verbose, -h, --help     say what is happening and how long it takes; print this

Exit status: the program's; 134: it trapped; 125: debugger or start failed; 2: wrong options.

Examples:
  witness run fib.wasm 10                    (on a terminal: repl; else: trace)
  witness run -D trace --debugger-arg=--break=fib --debugger-arg=--depth=4 fib.wasm 10
  witness run -g 1234 --dir . --env LANG=C program.wasm -v in.txt
`;

const FUNCTIONS_HELP = `\
witness functions program.wasm [pattern]

Lists the functions of a core module, or of all core modules in a component: index, pc of the
first instruction, name, type. Nothing is run. The pattern is a part of the name; * stands for
anything, and the case does not matter.

Examples:
  witness functions program.wasm
  witness functions program.wasm 'parse*number'
`;

const DISASSEMBLE_HELP = `\
witness disassemble program.wasm [function]

Shows instructions with their pcs: byte offsets in the core module, as debuggers show them.
Nothing is run. The function is a name, an index, or a pc inside it; m1! in front picks one
module of a component. Without it, all functions are shown.

Examples:
  witness disassemble program.wasm main
  witness disassemble program.wasm 0x236
  witness disassemble component.wasm 'm1!cabi_realloc'
`;

const COMPLETION_HELP = `\
witness completion bash|zsh|fish

Prints a script that completes commands and options.

Examples:
  witness completion bash > ~/.local/share/bash-completion/completions/witness
  witness completion zsh > ~/.zfunc/_witness
  witness completion fish > ~/.config/fish/completions/witness.fish
`;

/** By topic: `witness`, or the name of a command. */
export const HELP: Readonly<Record<string, string>> = {
  witness: WITNESS_HELP,
  run: RUN_HELP,
  functions: FUNCTIONS_HELP,
  disassemble: DISASSEMBLE_HELP,
  completion: COMPLETION_HELP,
  help: WITNESS_HELP,
};
