#!/bin/sh
# What comes out: lines on a pipe, JSON, DOT, audio and arrays that read back; folders with spaces
# and other alphabets; another working directory; two processes on one cache.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 6
workflow=$scratch/w.yaml
small_workflow "$workflow" "$scratch/music"
sed -i 's|^title: .*|title: "a \\"small\\" experiment \\\\ more"|' "$workflow"
: >"$scratch/music/empty.wav" # left out with a warning

# Whether each line of a file is one JSON object: strings emptied, then the innermost brackets away,
# again and again.
json_lines() {
    awk '{
        gsub(/\\["\\\/bfnrt]/, "")
        gsub(/\\u[0-9a-f][0-9a-f][0-9a-f][0-9a-f]/, "")
        gsub(/"[^"\\]*"/, "s")
        gsub(/-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/, "s")
        gsub(/true|false|null/, "s")
        while (gsub(/[{]s:s(,s:s)*[}]|[{][}]|\[s(,s)*\]|\[\]/, /^[{]s:s(,s:s)*[}]$/ ? "O" : "s"));
        if ($0 != "O") { print "no JSON: " $0; bad = 1 }
    } END { exit bad || NR == 0 }' "$1"
}

# On a pipe: plain lines, results on standard output.
"$kindred" run "$workflow" --out "$scratch/plain" --stats "$scratch/stats" \
    >"$scratch/out" 2>"$scratch/err" || fail "$(cat "$scratch/err")"
for file in within.csv between.csv; do
    grep -qxF "$scratch/plain/$file" "$scratch/out" ||
        fail "no word of $file: $(cat "$scratch/out")"
    [ -s "$scratch/plain/$file" ] || fail "no $file"
done
expect "lines on standard output" "$(wc -l <"$scratch/out")" 2
grep -q "^warning: .*step 'songs': item 'empty' is left out: an empty file" "$scratch/err" ||
    fail "the empty file is not named: $(cat "$scratch/err")"
grep -q '^done: 196 instances, 0 from the cache, ' "$scratch/err" || fail "no summary"
! grep -q "$(printf '[\033\r]')" "$scratch/err" || fail "control sequences on a pipe"
tr -d '\n' <"$scratch/stats" >"$scratch/stats.line"
json_lines "$scratch/stats.line" || fail "--stats is no JSON"

# On a terminal, as far as script(1) makes one: NO_COLOR leaves no colours.
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
    # shellcheck disable=SC2016
    kindred=$kindred absent=$scratch/absent NO_COLOR=1 script -qec \
        '"$kindred" run "$absent" || exit 0; "$kindred" kinds' /dev/null \
        >"$scratch/typed" 2>&1 </dev/null || fail "script(1)"
    ! grep -q "$(printf '\033')\\[[0-9;]*m" "$scratch/typed" || fail "NO_COLOR is not obeyed"
fi

# --log json: nothing else on standard error, whatever happens.
"$kindred" run "$workflow" --log json --cache "$scratch/cache2" --out "$scratch/json" \
    >"$scratch/out" 2>"$scratch/err" || fail "$(cat "$scratch/err")"
json_lines "$scratch/err" || fail "--log json"
grep -q '"event":"warning".*empty file' "$scratch/err" || fail "no warning in JSON"
grep -q '"event":"done".*"computed":[1-9]' "$scratch/err" || fail "no end in JSON"
same_results "$scratch/plain" "$scratch/json"
sed -i.bak 's/seconds: 3,/secnds: 3,/' "$workflow"
! "$kindred" run "$workflow" --log json 2>"$scratch/err" || fail "a mistake is run"
json_lines "$scratch/err" || fail "--log json with a mistake"
mv "$workflow.bak" "$workflow"
! "$kindred" run "$workflow" --log json --cache "$scratch/stats" 2>"$scratch/err" || fail cache
json_lines "$scratch/err" || fail "--log json without a cache"
"$kindred" plan "$workflow" --json >"$scratch/plan"
tr -d '\n' <"$scratch/plan" >"$scratch/plan.line"
json_lines "$scratch/plan.line" || fail "plan --json"

# show: a table on standard output, in columns, below the line of its file; in no key.
sed 's|^    file: within.csv|&\n    show: true|' "$workflow" >"$scratch/show.yaml"
"$kindred" run "$scratch/show.yaml" --out "$scratch/plain" >"$scratch/out" 2>"$scratch/err" ||
    fail "$(cat "$scratch/err")"
shows '^nothing to do' "$scratch/err" "show changes a key"
expect "rows shown" "$(grep -c '^    [al]' "$scratch/out")" 40
shows '^    space   distance   encoder  transformation' "$scratch/out" "no header is shown"
shows '^    audio   dtw                 EN    *10    *0.5' "$scratch/out" "no row is shown"
sed -i 's/show: true/show: often/' "$scratch/show.yaml"
! "$kindred" check "$scratch/show.yaml" >"$scratch/out" 2>&1 || fail "show: often"
shows "'show' is 'often', wanted true or false" "$scratch/out" "show: often, without a word"

# graph
"$kindred" graph "$workflow" >"$scratch/graph"
if command -v dot >/dev/null; then
    dot -Tsvg "$scratch/graph" >/dev/null || fail "dot does not read the graph"
fi
sed 's/\\[\\"n]//g' "$scratch/graph" | awk '
    NR == 1 { ok = /^digraph "[^"]*" [{]$/; next }
    /^[}]$/ { closed++; next }
    /^  node \[shape=box\];$/ { next }
    /^  "[^"]*" \[label="[^"]*"( shape=note)?\];$/ { nodes++; next }
    /^  "[^"]*" -> "[^"]*" \[label="[^"]*"\];$/ { edges++; next }
    { print; ok = 0; exit }
    END { exit !(ok && closed == 1 && nodes == 14 && edges == 17) }' || {
    cat "$scratch/graph"
    fail "the graph is no DOT, or has other steps"
}

# get: what it writes reads back as what it was computed from.
"$kindred" get "$workflow" originals 'z0' 'warped[transformation=PS,magnitude=0.5]' -o \
    "$scratch/files" >"$scratch/list"
expect "files" "$(wc -l <"$scratch/list")" 18
while read -r file; do [ -s "$file" ] || fail "get names $file"; done <"$scratch/list"
for wav in "$scratch"/files/originals/*.wav; do
    name=$(basename "$wav" .wav)
    "$kindred" apply encode.mfcc "$wav" -o "$scratch/again.npy"
    "$kindred" apply distance -p metric=euclidean from="$scratch/again.npy" \
        to="$(find "$scratch/files" -name "$name.npy")" >"$scratch/d"
    expect "vector of $name, computed from its file" "$(cat "$scratch/d")" 0
done
code=0
"$kindred" get "$workflow" originals --cache "$scratch/none" >/dev/null 2>"$scratch/err" || code=$?
[ $code != 0 ] && grep -q 'run it first' "$scratch/err" || fail "get without a run: exit $code"

# Folders with a space and other letters; from another working directory, by a relative path.
odd="$scratch/ein Ordner für Größen 音楽"
mkdir "$odd"
cp -R "$scratch/music" "$odd/Musik é"
sed "s|path: [^,]*|path: 'Musik é'|" "$workflow" >"$odd/w.yaml"
(cd / && "$kindred" run "$odd/w.yaml" --cache "$odd/ein Cache" --out "$odd/neu/Ergebnisse é" \
    >"$scratch/out" 2>"$scratch/err") || fail "$(cat "$scratch/err")"
same_results "$scratch/plain" "$odd/neu/Ergebnisse é"
(cd "$odd" && KINDRED_CACHE="ein Cache" "$kindred" run w.yaml 2>"$scratch/err" >/dev/null)
grep -q '^nothing to do' "$scratch/err" || fail "from another folder: $(cat "$scratch/err")"
same_results "$scratch/plain" "$odd/results"

# Two at once on one cache.
"$kindred" run "$workflow" --cache "$scratch/shared" --out "$scratch/one" >/dev/null 2>&1 &
first=$!
"$kindred" run "$workflow" --cache "$scratch/shared" --out "$scratch/two" >/dev/null 2>&1 ||
    fail "the second of two processes"
wait $first || fail "the first of two processes"
same_results "$scratch/plain" "$scratch/one"
same_results "$scratch/plain" "$scratch/two"
"$kindred" cache verify --cache "$scratch/shared" >"$scratch/out" || fail "$(cat "$scratch/out")"

# The paper's own workflow, on a machine without its data.
paper=$root/workflows/paper.yaml
if [ -e "$paper" ]; then
    for command in check plan; do
        "$kindred" $command "$paper" >"$scratch/out" 2>"$scratch/err" || fail "$command $paper"
        grep -q "^absent: step '" "$scratch/out" || fail "$command does not list absent sources"
    done
fi
