# bash completion of wood; made by `wood completion bash`.
_wood() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path=wood word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$path $word" in
        'wood run'|'wood serve'|'wood verify'|'wood replay'|'wood reexecute'|'wood trace'|'wood show'|'wood export'|'wood keys'|'wood keys new'|'wood keys show'|'wood minds'|'wood minds check'|'wood minds pull'|'wood compare'|'wood score'|'wood gambit'|'wood calibrate'|'wood drift'|'wood fit'|'wood pipeline'|'wood pipeline run'|'wood doctor'|'wood completion'|'wood man') path="$path $word" ;;
        esac
    done
    case "$path $prev" in
    'wood run --turns') COMPREPLY=(); return ;;
    'wood run --seed') COMPREPLY=(); return ;;
    'wood run --cast') COMPREPLY=(); return ;;
    'wood run --out') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood run --inputs') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood run --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood run --memory') COMPREPLY=(); return ;;
    'wood run --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood run --creatures') COMPREPLY=(); return ;;
    'wood run --store') COMPREPLY=($(compgen -W 'sqlite memory' -- "$cur")); return ;;
    'wood run --resume') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood serve --turns') COMPREPLY=(); return ;;
    'wood serve --seed') COMPREPLY=(); return ;;
    'wood serve --cast') COMPREPLY=(); return ;;
    'wood serve --out') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood serve --inputs') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood serve --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood serve --memory') COMPREPLY=(); return ;;
    'wood serve --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood serve --creatures') COMPREPLY=(); return ;;
    'wood serve --store') COMPREPLY=($(compgen -W 'sqlite memory' -- "$cur")); return ;;
    'wood serve --port') COMPREPLY=(); return ;;
    'wood serve --pace') COMPREPLY=(); return ;;
    'wood serve --compare') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood serve --listen') COMPREPLY=(); return ;;
    'wood serve --host') COMPREPLY=(); return ;;
    'wood serve --token-file') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood verify --key') COMPREPLY=(); return ;;
    'wood verify --proof') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood reexecute --sample') COMPREPLY=(); return ;;
    'wood reexecute --threads') COMPREPLY=(); return ;;
    'wood reexecute --shuffle') COMPREPLY=(); return ;;
    'wood reexecute --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood reexecute --memory') COMPREPLY=(); return ;;
    'wood reexecute --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood trace --depth') COMPREPLY=(); return ;;
    'wood show --turn') COMPREPLY=(); return ;;
    'wood export --proof') COMPREPLY=(); return ;;
    'wood export --out') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood minds --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood minds --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood minds check --asks') COMPREPLY=(); return ;;
    'wood minds check --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood minds check --memory') COMPREPLY=(); return ;;
    'wood minds check --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood minds pull --mirror') COMPREPLY=(); return ;;
    'wood minds pull --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood minds pull --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood compare --casts') COMPREPLY=(); return ;;
    'wood compare --seeds') COMPREPLY=(); return ;;
    'wood compare --first') COMPREPLY=(); return ;;
    'wood compare --turns') COMPREPLY=(); return ;;
    'wood compare --jobs') COMPREPLY=(); return ;;
    'wood compare --out') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood compare --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood compare --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood compare --memory') COMPREPLY=(); return ;;
    'wood score --scenario') COMPREPLY=(); return ;;
    'wood score --seeds') COMPREPLY=(); return ;;
    'wood score --turns') COMPREPLY=(); return ;;
    'wood score --out') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood score --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood score --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood score --memory') COMPREPLY=(); return ;;
    'wood gambit --casts') COMPREPLY=(); return ;;
    'wood gambit --seeds') COMPREPLY=(); return ;;
    'wood gambit --jobs') COMPREPLY=(); return ;;
    'wood gambit --out') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood gambit --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood gambit --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood gambit --memory') COMPREPLY=(); return ;;
    'wood calibrate --fit') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood calibrate --test') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood calibrate --runs-dir') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood calibrate --map') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood calibrate --by') COMPREPLY=($(compgen -W 'voter mind all' -- "$cur")); return ;;
    'wood calibrate --source') COMPREPLY=($(compgen -W 'stated measured' -- "$cur")); return ;;
    'wood calibrate --out') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood drift --a') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood drift --b') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood drift --split') COMPREPLY=(); return ;;
    'wood drift --turns') COMPREPLY=(); return ;;
    'wood drift --change-at') COMPREPLY=(); return ;;
    'wood drift --watch') COMPREPLY=(); return ;;
    'wood drift --unit') COMPREPLY=($(compgen -W 'run block' -- "$cur")); return ;;
    'wood drift --block') COMPREPLY=(); return ;;
    'wood fit --column') COMPREPLY=(); return ;;
    'wood fit --good') COMPREPLY=(); return ;;
    'wood pipeline run --in') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood pipeline run --out') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood pipeline run --ledger') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood pipeline run --cast') COMPREPLY=(); return ;;
    'wood pipeline run --models') COMPREPLY=($(compgen -d -- "$cur")); return ;;
    'wood pipeline run --minds') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    'wood pipeline run --memory') COMPREPLY=(); return ;;
    'wood pipeline run --seed') COMPREPLY=(); return ;;
    'wood doctor --list') COMPREPLY=($(compgen -W 'scenarios pipelines minds' -- "$cur")); return ;;
    esac
    case "$path" in
    'wood') COMPREPLY=($(compgen -W 'run serve verify replay reexecute trace show export keys minds compare score gambit calibrate drift fit pipeline doctor completion man --help' -- "$cur")) ;;
    'wood run') COMPREPLY=($(compgen -W '--turns --seed --cast --out --inputs --models --memory --minds --creatures --store --resume --commit-every-entry --json --quiet --help' -- "$cur")); COMPREPLY+=($(compgen -W "$(wood doctor --list scenarios 2>/dev/null)" -- "$cur") $(compgen -f -X '!*.toml' -- "$cur")) ;;
    'wood serve') COMPREPLY=($(compgen -W '--turns --seed --cast --out --inputs --models --memory --minds --creatures --store --port --open --go --pace --look --compare --listen --host --token-file --quiet --help' -- "$cur")); COMPREPLY+=($(compgen -W "$(wood doctor --list scenarios 2>/dev/null)" -- "$cur") $(compgen -f -X '!*.toml' -- "$cur")) ;;
    'wood verify') COMPREPLY=($(compgen -W '--no-replay --key --proof --json --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood replay') COMPREPLY=($(compgen -W '--json --quiet --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood reexecute') COMPREPLY=($(compgen -W '--sample --threads --alone --shuffle --models --memory --minds --json --quiet --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood trace') COMPREPLY=($(compgen -W '--depth --json --dot --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood show') COMPREPLY=($(compgen -W '--turn --report --json --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood export') COMPREPLY=($(compgen -W '--proof --sft --all --teacher --out --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood keys') COMPREPLY=($(compgen -W 'new show --help' -- "$cur")) ;;
    'wood keys new') COMPREPLY=($(compgen -W '--help' -- "$cur")) ;;
    'wood keys show') COMPREPLY=($(compgen -W '--json --help' -- "$cur")) ;;
    'wood minds') COMPREPLY=($(compgen -W 'check pull --models --minds --json --help' -- "$cur")); COMPREPLY+=($(compgen -W "$(wood doctor --list minds 2>/dev/null)" -- "$cur")) ;;
    'wood minds check') COMPREPLY=($(compgen -W '--asks --models --memory --minds --json --help' -- "$cur")); COMPREPLY+=($(compgen -W "$(wood doctor --list minds 2>/dev/null)" -- "$cur")) ;;
    'wood minds pull') COMPREPLY=($(compgen -W '--mirror --models --minds --json --quiet --help' -- "$cur")); COMPREPLY+=($(compgen -W "$(wood doctor --list minds 2>/dev/null)" -- "$cur")) ;;
    'wood compare') COMPREPLY=($(compgen -W '--casts --seeds --first --turns --jobs --out --models --minds --memory --json --help' -- "$cur")); COMPREPLY+=($(compgen -W "$(wood doctor --list scenarios 2>/dev/null)" -- "$cur") $(compgen -f -X '!*.toml' -- "$cur")) ;;
    'wood score') COMPREPLY=($(compgen -W '--scenario --seeds --turns --out --models --minds --memory --json --help' -- "$cur")); COMPREPLY+=($(compgen -W "$(wood doctor --list minds 2>/dev/null)" -- "$cur")) ;;
    'wood gambit') COMPREPLY=($(compgen -W '--casts --seeds --jobs --out --models --minds --memory --json --help' -- "$cur")) ;;
    'wood calibrate') COMPREPLY=($(compgen -W '--fit --test --runs-dir --map --by --source --out --votes --json --help' -- "$cur")) ;;
    'wood drift') COMPREPLY=($(compgen -W '--a --b --split --turns --change-at --watch --unit --block --json --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood fit') COMPREPLY=($(compgen -W '--column --good --json --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood pipeline') COMPREPLY=($(compgen -W 'run --help' -- "$cur")) ;;
    'wood pipeline run') COMPREPLY=($(compgen -W '--in --out --ledger --cast --models --minds --memory --seed --help' -- "$cur")); COMPREPLY+=($(compgen -f -- "$cur")) ;;
    'wood doctor') COMPREPLY=($(compgen -W '--json --list --help' -- "$cur")) ;;
    'wood completion') COMPREPLY=($(compgen -W 'bash zsh --help' -- "$cur")) ;;
    'wood man') COMPREPLY=($(compgen -W '--help' -- "$cur")) ;;
    esac
}
complete -o filenames -F _wood wood
