/**
 * The scripts of `handoff completion`, by the name of the shell. Each asks the program itself at the
 * Tab key, and so knows its commands and options as they are: see candidates.ts for the answers.
 *
 * A shell's own code offers files, because only the shell knows how to quote them.
 */

const BASH = String.raw`# In ~/.bashrc: source <(handoff completion bash)
_handoff() {
  local current=$2 line extensions path name
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files* ]]; then
      extensions=" \${line#:files} "
      while IFS= read -r path; do
        name=$(printf %q "$path")
        if [[ -d $path ]]; then
          COMPREPLY+=("$name/")
        elif [[ $extensions == "  " || ( $path == *.* && $extensions == *" \${path##*.} "* ) ]]; then
          COMPREPLY+=("$name")
        fi
      done < <(compgen -f -- "$current")
    elif [[ $line == "$current"* ]]; then
      COMPREPLY+=("\${line%%$'\t'*}")
    fi
  done < <(SHELL=fish "$1" --get-yargs-completions handoff "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # A folder is not the end of a path.
  [[ \${#COMPREPLY[@]} -eq 1 && $COMPREPLY == */ ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _handoff handoff
`;

const ZSH = String.raw`#compdef handoff
# In ~/.zshrc, after compinit: source <(handoff completion zsh)
_handoff() {
  local line value
  local -a candidates files
  local -i offers_files=0
  if [[ $PREFIX == --*=* ]]; then
    compset -P '*='
  fi
  while IFS= read -r line; do
    if [[ $line == :files* ]]; then
      offers_files=1
      files=(\${=line#:files})
    else
      value=\${line%%$'\t'*}
      candidates+=("\${value//:/\\:}\${\${line#$value}/$'\t'/:}")
    fi
  done < <(SHELL=fish "\${(Q)words[1]}" --get-yargs-completions handoff "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#candidates )) && _describe -V handoff candidates
  if (( offers_files && $#files )); then
    _files -g "*.(\${(j:|:)files})"
  elif (( offers_files )); then
    _files
  fi
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then
  _handoff "$@"
else
  compdef _handoff handoff
fi
`;

const FISH = String.raw`# In ~/.config/fish/config.fish: handoff completion fish | source
function __handoff_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l prefix (string match -r -- '^--[\w-]+=' "$current")
    for line in (SHELL=fish $words[1] --get-yargs-completions handoff $words[2..-1] "$current" 2>/dev/null)
        if not string match -q -- ':files*' $line
            echo "$prefix$line"
            continue
        end
        set -l extensions (string split ' ' -- $line)[2..-1]
        set -l wanted '.'
        test (count $extensions) -gt 0; and set wanted '(/|\.('(string join '|' $extensions)'))$'
        for path in (__fish_complete_path (string sub -s (math (string length -- "$prefix") + 1) -- "$current"))
            set -l name (string split \t -- $path)[1]
            string match -qr -- $wanted $name; and echo "$prefix$path"
        end
    end
end
complete -c handoff -f -a '(__handoff_candidates)'
`;

// In a raw template, only a backslash keeps a shell's own braces: it is taken out here.
const unescaped = (script: string) => script.replaceAll(String.raw`\${`, '${');

export const SCRIPTS = {
  bash: unescaped(BASH),
  zsh: unescaped(ZSH),
  fish: unescaped(FISH),
} as const;
