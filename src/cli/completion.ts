/** `witness completion`: scripts for shells, made from the tables of commands and options. */
import { COMMANDS } from './commands.ts';
import { RUN_OPTIONS } from './run-options.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const commands = Object.keys(COMMANDS).join(' ');
const options = Object.keys(RUN_OPTIONS).map((name) => `--${name}`);
/** What is completed after an option with a value. */
const DEBUGGERS = 'repl trace gdbstub none';

/** The options whose value is a path or anything else: the shell's own completion is as good. */
const withValue = Object.entries(RUN_OPTIONS)
  .filter(([, { value }]) => value !== undefined)
  .map(([name]) => `--${name}`);

const bash = `# witness completion bash > ~/.local/share/bash-completion/completions/witness
_witness() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W "${commands}" -- "$cur"))
    return
  fi
  case $prev in
    -D|--debugger) COMPREPLY=($(compgen -W "${DEBUGGERS}" -- "$cur")); return ;;
    --traps) COMPREPLY=($(compgen -W "exact native" -- "$cur")); return ;;
    help) COMPREPLY=($(compgen -W "${commands}" -- "$cur")); return ;;
    completion) COMPREPLY=($(compgen -W "${SHELLS.join(' ')}" -- "$cur")); return ;;
  esac
  if [ "\${COMP_WORDS[1]}" = run ] && [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "${options.join(' ')}" -- "$cur"))
  fi
}
complete -o default -F _witness witness
`;

const zsh = `#compdef witness
# witness completion zsh > a directory of $fpath, as _witness
_witness() {
  if (( CURRENT == 2 )); then
    compadd ${commands}
    return
  fi
  case $words[CURRENT-1] in
    -D|--debugger) compadd ${DEBUGGERS}; _files; return ;;
    --traps) compadd exact native; return ;;
    help) compadd ${commands}; return ;;
    completion) compadd ${SHELLS.join(' ')}; return ;;
  esac
  if [[ $words[2] == run && $PREFIX == -* ]]; then
    compadd -- ${options.join(' ')}
  else
    _files
  fi
}
compdef _witness witness
`;

function fish(): string {
  const lines = [
    '# witness completion fish > ~/.config/fish/completions/witness.fish',
    ...Object.entries(COMMANDS).map(
      ([name, { summary }]) =>
        `complete -c witness -f -n __fish_use_subcommand -a ${name} -d '${summary}'`,
    ),
    ...Object.entries(RUN_OPTIONS).map(([name, { short }]) => {
      const value = withValue.includes(`--${name}`) ? ' -r' : '';
      const letter = short === undefined ? '' : ` -s ${short}`;
      return `complete -c witness -n '__fish_seen_subcommand_from run' -l ${name}${letter}${value}`;
    }),
    `complete -c witness -n '__fish_seen_subcommand_from run' -l debugger -x -a '${DEBUGGERS}'`,
    "complete -c witness -n '__fish_seen_subcommand_from run' -l traps -x -a 'exact native'",
    `complete -c witness -f -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(' ')}'`,
    `complete -c witness -f -n '__fish_seen_subcommand_from help' -a '${commands}'`,
  ];
  return `${lines.join('\n')}\n`;
}

export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash;
    case 'zsh':
      return zsh;
    case 'fish':
      return fish();
  }
}
