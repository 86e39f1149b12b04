/** The texts of `--help`. Each fits a screen of 24 lines; `docs/command-line.md` has the rest. */

export const WITNESS_HELP = `\
witness: debugging for WebAssembly, where the debugger is a WebAssembly component

  witness run [options] program [args...]        run a program under a debugger
  witness run --help                             the options of run
  witness --version

Example:
  witness run program.wasm
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
  -h, --help

Exit status: the program's; 134: it trapped; 125: debugger or start failed; 2: wrong options.

Examples:
  witness run fib.wasm 10                    (on a terminal: repl; else: trace)
  witness run -D trace --debugger-arg=--break=fib --debugger-arg=--depth=4 fib.wasm 10
  witness run -g 1234 --dir . --env LANG=C program.wasm -v in.txt
`;
