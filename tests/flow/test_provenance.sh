#!/bin/sh
# Where the results of a small experiment come from: the crate, and the chain behind every row.
# What a crate has to be is checked in tests/unit/engine/test_crate.c.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 3
workflow=$scratch/w.yaml
small_workflow "$workflow" "$scratch/music"

status=0
"$kindred" provenance "$workflow" -o "$scratch/early" >"$scratch/text" 2>"$scratch/err" || status=$?
expect 'exit code before the run' $status 2
shows 'not computed yet; run it first' "$scratch/err" 'nobody says what to do'
"$kindred" run "$workflow" --out "$scratch/out" >"$scratch/log" 2>&1 || fail run

crate() {
    "$kindred" provenance "$workflow" -o "$scratch/$1" --license CC0-1.0 >"$scratch/text" ||
        fail "provenance $1"
}
crate a
for file in w.yaml within.csv between.csv ro-crate-metadata.json; do
    grep -qx "$scratch/a/$file" "$scratch/text" || fail "$file is not told"
done
same_results "$scratch/out" "$scratch/a"
metadata=$scratch/a/ro-crate-metadata.json
shows '"license":{"@id":"https://spdx.org/licenses/CC0-1.0"}' "$metadata" 'the licence is not told'

shows '"description":"[0-9.]* s of computing by kindred [0-9.]* (CPU v[1-4]); FFTW ' "$metadata" \
    'no word on what made a result'

# Nothing of this machine, nor of whoever sits at it, in any file.
for secret in "$scratch" "$(uname -n)" "${USER:-nobody at all}"; do
    if grep -rqF -e "\"$secret" -e " $secret" -e "/$secret/" "$scratch/a"; then
        fail "the crate tells '$secret'"
    fi
done
# The hashes are those of the files.
for file in w.yaml within.csv between.csv; do
    sum=$(sha256sum "$scratch/a/$file" | cut -d ' ' -f 1)
    shows "\"@id\":\"$file\".*\"sha256\":\"$sum\"" "$metadata" "$file has another sha256"
done
# One CreateAction for every action of the run, and one for the run.
actions=$(grep -c '"@type":"CreateAction"' "$metadata")
known=$("$kindred" cache stat | sed -n 's/^ *actions *\([0-9]*\).*/\1/p')
[ -z "$known" ] || expect 'actions in the crate' "$actions" $((known + 1))

# Again, and from another cache with other times: the same but for when it was made.
crate b
cmp "$metadata" "$scratch/b/ro-crate-metadata.json" || fail 'a second crate differs'
"$kindred" run "$workflow" --cache "$scratch/other" --out "$scratch/out2" >"$scratch/log" 2>&1
"$kindred" provenance "$workflow" --cache "$scratch/other" -o "$scratch/c" --license CC0-1.0 \
    >"$scratch/text"
undated() {
    sed -e 's/"\(endTime\|datePublished\)":"[^"]*"/WHEN/g' \
        -e 's/"description":"[0-9.]* s of/"description":"SOME s of/' "$1"
}
undated "$metadata" >"$scratch/x"
undated "$scratch/c/ro-crate-metadata.json" >"$scratch/y"
cmp "$scratch/x" "$scratch/y" || fail 'the same run elsewhere has another crate'

# Every row of a table: the instance behind it has the row's labels.
line=1
tail -n +2 "$scratch/out/within.csv" >"$scratch/rows"
while IFS=, read -r space distance encoder transformation magnitude rest; do
    line=$((line + 1))
    "$kindred" provenance "$workflow" --row "$scratch/out/within.csv:$line" >"$scratch/text" ||
        fail "row $line"
    step=within_z
    [ "$space" != audio ] || step=within_a
    labels="distance=$distance${encoder:+,encoder=$encoder},magnitude=$magnitude,space=$space"
    behind=$(sed -n 's/^  of: \(.*\)  \[within.*/\1/p' "$scratch/text")
    expect "what is behind line $line ($rest)" "$behind" \
        "${step}[$labels,transformation=$transformation]"
    shows "^ *param magnitude $magnitude\$" "$scratch/text" "line $line: no magnitude"
    shows "^ *item '" "$scratch/text" "line $line: no songs"
done <"$scratch/rows"
[ "$line" -gt 30 ] || fail "only $line lines were looked at"
