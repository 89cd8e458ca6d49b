#!/bin/sh
# A second run does nothing; an edit computes what depends on it and nothing else; why says so.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 8
workflow=$scratch/w.yaml
small_workflow "$workflow" "$scratch/music"
run() {
    "$kindred" run "$workflow" --stats "$scratch/stats" "$@" 2>"$scratch/log" ||
        { cat "$scratch/log" >&2; fail "run $*"; }
}

run --out "$scratch/cold"
expect "items of transform, cold" "$(stat "$scratch/stats" warped computed)" 80

# Warm: nothing is computed, the same bytes.
run --out "$scratch/warm"
shows '^nothing to do' "$scratch/log" "a warm run does not say that there is nothing to do"
expect "items computed, warm" "$(stat_sum "$scratch/stats" computed)" 0
same_results "$scratch/cold" "$scratch/warm"

# Another cache, another number of threads: the same bytes.
run --out "$scratch/single" --cache "$scratch/cache1" -j 1
same_results "$scratch/cold" "$scratch/single"
run --out "$scratch/double" --cache "$scratch/cache2" -j 2
same_results "$scratch/cold" "$scratch/double"

# No memory at all: one block at a time, and the same bytes.
run --out "$scratch/narrow" --cache "$scratch/cache3" -j 4 --memory 1k
same_results "$scratch/cold" "$scratch/narrow"
"$kindred" run "$workflow" --memory lots 2>"$scratch/log" && fail '--memory takes any word'
shows 'memory wants a size (4G, 500M), not lots' "$scratch/log" "what --memory wants is not said"

# Touching files computes nothing.
touch "$scratch"/music/*
run --out "$scratch/touched"
expect "items computed after touch" "$(stat_sum "$scratch/stats" computed)" 0

# Another order of keys, another spelling of numbers: nothing.
before='{ kind: dataset.folder, path: \([^,]*\), group: "--", on_error: skip }'
after='{ on_error: skip, group: "--", path: \1, kind: dataset.folder }'
sed -e "s/$before/$after/" \
    -e 's/magnitude: \[-1, 0.5\]/magnitude: [0.50, -1.0]/' -e 's/seconds: 3,/seconds: 3.0,/' \
    "$workflow" >"$scratch/reordered.yaml"
mv "$scratch/reordered.yaml" "$workflow"
run --out "$scratch/reordered"
expect "items computed after reordering" "$(stat_sum "$scratch/stats" computed)" 0
same_results "$scratch/cold" "$scratch/reordered"

# One magnitude: 8 clips in each kind that works on clips, and what is measured of them.
sed -i 's/magnitude: \[0.9, 1.1\]/magnitude: [0.9, 1.25]/' "$workflow"
"$kindred" why "$workflow" 'warped[transformation=TS]' >"$scratch/why"
shows 'param magnitude: 1.1 → 1.25 .*w.yaml:[0-9]*:[0-9]*' "$scratch/why" \
    "why does not name the magnitude"
"$kindred" why "$workflow" within >"$scratch/why"
shows 'param magnitude: 1.1 → 1.25' "$scratch/why" "why does not name the first cause of a table"
"$kindred" plan "$workflow" --json >"$scratch/plan"
expect "planned items of transform" "$(stat "$scratch/plan" warped items)" 8
run --out "$scratch/magnitude"
for step in warped a z; do
    expect "$step after a new magnitude" "$(stat "$scratch/stats" $step computed)" 8
done
expect "da after a new magnitude" "$(stat "$scratch/stats" da computed)" 16
expect "originals after a new magnitude" "$(stat "$scratch/stats" originals computed)" 0
expect "within_a after a new magnitude" "$(stat "$scratch/stats" within_a computed)" 2
# Every other row is as it was.
grep -v ',TS,1.1,' "$scratch/cold/within.csv" | grep -v ',magnitude01,' >"$scratch/a"
grep -v ',TS,1.25,' "$scratch/magnitude/within.csv" | grep -v ',magnitude01,' >"$scratch/b"
cmp "$scratch/a" "$scratch/b" || fail "a new magnitude changed other rows"

# Back again: all is still there.
sed -i 's/magnitude: \[0.9, 1.25\]/magnitude: [0.9, 1.1]/' "$workflow"
run --out "$scratch/back"
expect "items computed after going back" "$(stat_sum "$scratch/stats" computed)" 0
same_results "$scratch/cold" "$scratch/back"

# One song more: its items alone, and of the distances its row and its column.
some_music "$scratch/more" 9
new=$(diff "$scratch/music" "$scratch/more" | sed -n 's/^Only in .*: //p')
cp "$scratch/more/$new" "$scratch/music/"
"$kindred" why "$workflow" warped >"$scratch/why"
shows "item '${new%.*}' is new" "$scratch/why" "why does not name the new song"
run --out "$scratch/song"
expect "originals after a new song" "$(stat "$scratch/stats" originals computed)" 1
expect "warped after a new song" "$(stat "$scratch/stats" warped computed)" 10
expect "a after a new song" "$(stat "$scratch/stats" a computed)" 10
expect "z0 after a new song" "$(stat "$scratch/stats" z0 computed)" 1
# 10 conditions x 2 metrics x (9 for the new row + 8 for the new column)
expect "pairs of da after a new song" "$(stat "$scratch/stats" da pairs)" 340
run --out "$scratch/fresh" --cache "$scratch/cache3"
same_results "$scratch/song" "$scratch/fresh"
