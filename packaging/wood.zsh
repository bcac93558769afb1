#compdef wood
# zsh completion of wood; made by `wood completion zsh`.

_wood() {
    local -a verbs=(
        'run:plays a scenario and writes its ledger'
        'play:plays the Patron'\''s game at the terminal'
        'serve:serves a run to browsers\: to watch, to play the Patron, to open any decision'
        'verify:checks that nothing in a run was changed, and that the rules give what it says'
        'replay:plays a run again from its record; it must come out the same to the byte'
        'reexecute:asks a run'\''s models again; every token and logit must be the same to the bit'
        'trace:shows what caused an entry\: the provenance of a decision'
        'show:reads a run aloud\: the minutes of its days, then the report'
        'export:writes the proof of one entry, or all asks as training data'
        'keys:the key that signs runs'
        'minds:lists the minds that can be cast, and whether they are ready'
        'compare:plays the same seeds with several casts and says what differs, with intervals'
        'score:a scorecard of minds or casts\: accuracy, speed, cost, privacy, upkeep'
        'gambit:plays a published gambit in its four set-ups, with seeds, casts and intervals'
        'calibrate:fits confidence to accuracy on some runs and tells it of others'
        'drift:tells whether runs differ in what went in, was answered and came of it'
        'escalate:what a larger mind would have made better, for every bar on the confidence'
        'fit:fits the price process of a good to real prices'
        'pipeline:decision pipelines outside the drama'
        'doctor:says what is installed and what a run would use'
        'completion:prints completions for a shell'
        'man:prints the manual page'
    )
    if (( CURRENT == 2 )); then
        _describe verb verbs
    else
        local verb=$words[2]
        shift words
        (( CURRENT-- ))
        (( $+functions[_wood_$verb] )) && _wood_$verb
    fi
}

_wood_run() {
    _arguments -s \
        '::SCENARIO:{compadd -- $(wood doctor --list scenarios 2>/dev/null); _files -g "*.toml"}' \
        '--turns[so many turns, instead of the scenario'\''s]:N: ' \
        '--seed[of all chance; without it one is drawn and printed]:S: ' \
        '*--cast[which minds play\: a cast of the scenario; WHO=MIND changes one of it, everyone=MIND all]:NAME: ' \
        '--out[the ledger (runs/NAME-SEED.wood); never overwritten]:FILE:_files' \
        '--inputs[commands of the operator and the Patron by turn, one JSON object a line or TOML]:FILE:_files' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--creatures[a crowd of so many creatures; by rules, unless --cast names another cast]:N: ' \
        '--store[where the ledger is kept]:STORE:(sqlite memory)' \
        '--resume[go on with a run that was interrupted]:FILE:_files' \
        '--commit-every-entry[make every entry durable at once, not every round]' \
        '--json[the report as one JSON object]' \
        '--quiet[no progress]' \
        '--help[how to use it]'
}

_wood_play() {
    _arguments -s \
        '::SCENARIO:{compadd -- $(wood doctor --list scenarios 2>/dev/null); _files -g "*.toml"}' \
        '--turns[so many turns, instead of the scenario'\''s]:N: ' \
        '--seed[of all chance; without it one is drawn and printed]:S: ' \
        '*--cast[which minds play\: a cast of the scenario; WHO=MIND changes one of it, everyone=MIND all]:NAME: ' \
        '--out[the ledger (runs/NAME-SEED.wood); never overwritten]:FILE:_files' \
        '--inputs[commands of the operator and the Patron by turn, one JSON object a line or TOML]:FILE:_files' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--creatures[a crowd of so many creatures; by rules, unless --cast names another cast]:N: ' \
        '--store[where the ledger is kept]:STORE:(sqlite memory)' \
        '--help[how to use it]'
}

_wood_serve() {
    _arguments -s \
        '::SCENARIO:{compadd -- $(wood doctor --list scenarios 2>/dev/null); _files -g "*.toml"}' \
        '--turns[so many turns, instead of the scenario'\''s]:N: ' \
        '--seed[of all chance; without it one is drawn and printed]:S: ' \
        '*--cast[which minds play\: a cast of the scenario; WHO=MIND changes one of it, everyone=MIND all]:NAME: ' \
        '--out[the ledger (runs/NAME-SEED.wood); never overwritten]:FILE:_files' \
        '--inputs[commands of the operator and the Patron by turn, one JSON object a line or TOML]:FILE:_files' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--creatures[a crowd of so many creatures; by rules, unless --cast names another cast]:N: ' \
        '--store[where the ledger is kept]:STORE:(sqlite memory)' \
        '--port[where it listens (7070); 0\: any port that is free]:P: ' \
        '--open[open the page in a browser]' \
        '--go[begin at once, without waiting for the start]' \
        '--pace[at most so many turns a minute (60); 0\: as fast as the minds answer]:N: ' \
        '--look[only show a ledger that is not finished]' \
        '--compare[show this comparison, what `wood compare --json` wrote]:FILE:_files' \
        '--listen[instead of the loopback; needs a token]:ADDRESS: ' \
        '*--host[a name by which this server goes]:NAME: ' \
        '--token-file[holds the token that is asked for; else WOOD_TOKEN does]:FILE:_files' \
        '--quiet[say only the address]' \
        '--help[how to use it]'
}

_wood_verify() {
    _arguments -s \
        '::FILE:_files' \
        '--no-replay[only the ledger\: quicker, and state hashes go unchecked]' \
        '--key[the key that must have signed it, or a file that holds that key]:VKEY: ' \
        '--proof[instead of a run, the proof of one entry (`wood export`)]:FILE:_files' \
        '--json[the result as one JSON object]' \
        '--help[how to use it]'
}

_wood_replay() {
    _arguments -s \
        ':FILE:_files' \
        '--json[the result as one JSON object]' \
        '--quiet[no progress]' \
        '--help[how to use it]'
}

_wood_reexecute() {
    _arguments -s \
        ':FILE:_files' \
        '--sample[only so many answers, evenly from the first to the last]:K: ' \
        '--threads[of each model (1)]:N: ' \
        '--alone[one ask at a time, without company]' \
        '--shuffle[in another order, so that each has other company]:SEED: ' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--json[the result as one JSON object]' \
        '--quiet[no progress]' \
        '--help[how to use it]'
}

_wood_trace() {
    _arguments -s \
        ':FILE:_files' \
        ':ENTRY: ' \
        '--depth[so many steps back (6)]:N: ' \
        '--json[the entries as one JSON object]' \
        '--dot[the graph, for Graphviz]' \
        '--help[how to use it]'
}

_wood_show() {
    _arguments -s \
        ':FILE:_files' \
        '--turn[only this day]:N: ' \
        '--report[only the report]' \
        '--json[only the report, as one JSON object]' \
        '--help[how to use it]'
}

_wood_export() {
    _arguments -s \
        ':FILE:_files' \
        '--proof[the proof of the entry of that number]:ENTRY: ' \
        '--sft[asks and answers, one JSON object a line]' \
        '--all[with --sft\: also answers that do not conform]' \
        '--teacher[with --sft\: what the rules would have answered, beside what was]' \
        '--out[where to (ENTRY.tlog-proof; of --sft\: the screen)]:FILE:_files' \
        '--help[how to use it]'
}

_wood_keys() {
    local -a verbs=(
        'new:makes the key, if there is none'
        'show:prints the public key (vkey)'
    )
    if (( CURRENT == 2 )); then
        _describe verb verbs
    else
        local verb=$words[2]
        shift words
        (( CURRENT-- ))
        (( $+functions[_wood_keys_$verb] )) && _wood_keys_$verb
    fi
}

_wood_keys_new() {
    _arguments -s \
        '--help[how to use it]'
}

_wood_keys_show() {
    _arguments -s \
        '--json[with its file and id]' \
        '--help[how to use it]'
}

_wood_minds() {
    local -a verbs=(
        'check:asks minds what shows whether they are fit to be cast'
        'pull:fetches the files of minds from a model hub'
    )
    (( CURRENT == 2 )) && _describe verb verbs
    if (( CURRENT == 2 || ! $+functions[_wood_minds_$words[2]] )); then
        _arguments -s \
        '::NAME:{compadd -- $(wood doctor --list minds 2>/dev/null)}' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--json[as a JSON array; of one mind, an object]' \
        '--help[how to use it]'
    else
        local verb=$words[2]
        shift words
        (( CURRENT-- ))
        (( $+functions[_wood_minds_$verb] )) && _wood_minds_$verb
    fi
}

_wood_minds_check() {
    _arguments -s \
        '*:NAME:{compadd -- $(wood doctor --list minds 2>/dev/null)}' \
        '--asks[so many of each kind (6)]:N: ' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--json[as a JSON array, an object a mind]' \
        '--help[how to use it]'
}

_wood_minds_pull() {
    _arguments -s \
        '*:NAME:{compadd -- $(wood doctor --list minds 2>/dev/null)}' \
        '--mirror[the hub, instead of HF_ENDPOINT or https\://huggingface.co]:URL: ' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--json[what became of each, as one JSON object]' \
        '--quiet[no progress]' \
        '--help[how to use it]'
}

_wood_compare() {
    _arguments -s \
        '::SCENARIO:{compadd -- $(wood doctor --list scenarios 2>/dev/null); _files -g "*.toml"}' \
        '*--casts[casts of the scenario, of casts/, or files (five-labs,rules)]:A,B,…: ' \
        '--seeds[so many (10)]:N: ' \
        '--first[the first of them; the others follow (1001)]:S: ' \
        '--turns[so many turns a run, instead of the scenario'\''s]:N: ' \
        '--jobs[runs at a time (1); with more, times tell of runs beside each other]:J: ' \
        '--out[where runs and report go (runs/compare-SCENARIO)]:DIR:_files -/' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '--json[the report as one JSON object]' \
        '--help[how to use it]'
}

_wood_score() {
    _arguments -s \
        '*:NAME:{compadd -- $(wood doctor --list minds 2>/dev/null)}' \
        '--scenario[what is played (five-labs)]:NAME: ' \
        '--seeds[so many (3)]:N: ' \
        '--turns[so many turns a run, instead of the scenario'\''s]:N: ' \
        '--out[where the runs go (runs/score-SCENARIO)]:DIR:_files -/' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '--json[the card as one JSON object]' \
        '--help[how to use it]'
}

_wood_gambit() {
    _arguments -s \
        '--casts[casts (rules,random,five-labs,one-mind)]:A,B,…: ' \
        '--seeds[so many (30)]:N: ' \
        '--jobs[runs at a time (1)]:J: ' \
        '--out[where the runs go (runs/gambit)]:DIR:_files -/' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '--json[the findings as one JSON object]' \
        '--help[how to use it]'
}

_wood_calibrate() {
    _arguments -s \
        '*--fit[the runs to fit on]:FILE…:_files' \
        '*--test[the runs to tell it of]:FILE…:_files' \
        '--runs-dir[all runs of a folder\: even seeds are fitted on, odd ones tested on]:DIR:_files -/' \
        '--map[instead of fitting\: the maps that --out has written]:FILE:_files' \
        '--by[a map for each seat or each mind, or, unless this is given, one for all]:WHO:(voter mind all)' \
        '--source[what is said, or what the model'\''s probabilities say (stated)]:WHICH:(stated measured)' \
        '--out[write the maps, as JSON]:FILE:_files' \
        '--votes[instead\: how often each seat of --fit was right and how its errors go with others'\'', as the \[step.calibration\] of a vote]' \
        '--json[as one JSON object]' \
        '--help[how to use it]'
}

_wood_drift() {
    _arguments -s \
        '::RUN-A:_files' \
        '::RUN-B:_files' \
        '*--a[several runs to start from]:FILE…:_files' \
        '*--b[several runs to compare with them]:FILE…:_files' \
        '--split[instead of B\: the turns from this one on, against those before it]:TURN: ' \
        '--turns[only these turns of both]:FIRST-LAST: ' \
        '--change-at[a turn of B at which something is known to have changed, for the delay]:TURN: ' \
        '*--watch[watch only this channel, as the table names it]:CHANNEL: ' \
        '--unit[what is dealt anew; whole runs where there are enough of them]:WHAT:(run block)' \
        '--block[turns of a block (3)]:N: ' \
        '--json[as one JSON object]' \
        '--help[how to use it]'
}

_wood_escalate() {
    _arguments -s \
        '*:FILE:_files' \
        '--large[who is asked again (house-large)]:MIND:{compadd -- $(wood doctor --list minds 2>/dev/null)}' \
        '--source[how sure it says it is, or what its probabilities say (stated)]:WHICH:(stated measured)' \
        '--cost[core time, tokens, or the price list'\''s (time)]:WHICH:(time tokens price)' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '--json[as one JSON object]' \
        '--help[how to use it]'
}

_wood_fit() {
    _arguments -s \
        ':FILE:_files' \
        '--column[its name in the head line, or its number from 1 (1)]:C: ' \
        '--good[what the good is called (good)]:NAME: ' \
        '--json[as one JSON object]' \
        '--help[how to use it]'
}

_wood_pipeline() {
    local -a verbs=(
        'run:puts records through a pipeline, each decision on record'
    )
    if (( CURRENT == 2 )); then
        _describe verb verbs
    else
        local verb=$words[2]
        shift words
        (( CURRENT-- ))
        (( $+functions[_wood_pipeline_$verb] )) && _wood_pipeline_$verb
    fi
}

_wood_pipeline_run() {
    _arguments -s \
        ':FILE:_files' \
        '--in[the records, one JSON object a line]:JSONL:_files' \
        '--out[the decisions (stdout)]:JSONL:_files' \
        '--ledger[the ledger (runs/NAME-SEED.wood); never overwritten]:FILE:_files' \
        '*--cast[who answers in a seat]:SEAT=MIND: ' \
        '*--models[look for model files here first]:DIR:_files -/' \
        '*--minds[add the minds of this file, in the form of models.toml]:FILE:_files' \
        '--memory[all models together, e.g. 8G (three quarters of the machine'\''s); those that do not fit at once take turns]:SIZE: ' \
        '--seed[of the sampling; without it one is drawn and printed]:S: ' \
        '--help[how to use it]'
}

_wood_doctor() {
    _arguments -s \
        '--json[as a JSON array]' \
        '--list[only the names of these, one a line]:WHAT:(scenarios pipelines minds)' \
        '--help[how to use it]'
}

_wood_completion() {
    _arguments -s \
        ':SHELL:(bash zsh)' \
        '--help[how to use it]'
}

_wood_man() {
    _arguments -s \
        '--help[how to use it]'
}

_wood "$@"
