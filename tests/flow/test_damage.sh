#!/bin/sh
# keep: false, dropped and damaged bytes: computed anew where needed, with the same results.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 6
small_workflow "$scratch/kept.yaml" "$scratch/music"
sed 's/    of: originals$/    of: originals\n    keep: false/' "$scratch/kept.yaml" \
    >"$scratch/dropped.yaml"
grep -q 'keep: false' "$scratch/dropped.yaml" || fail "the test's own workflow"
"$kindred" run "$scratch/kept.yaml" --cache "$scratch/kept" --out "$scratch/golden" >/dev/null 2>&1
"$kindred" run "$scratch/dropped.yaml" --out "$scratch/results" >/dev/null 2>&1
same_results "$scratch/golden" "$scratch/results"
"$kindred" cache stat >"$scratch/stat"
shows '; [1-9][0-9]* more were dropped' "$scratch/stat" "nothing was dropped"
"$kindred" cache verify >/dev/null || fail "verify counts dropped bytes as damage"
"$kindred" run "$scratch/dropped.yaml" --out "$scratch/results" >"$scratch/log" 2>&1
shows 'nothing to do' "$scratch/log" "dropped bytes make work"

# A consumer that is new needs them: they are computed anew, nothing else is.
loud='loud: { kind: mfcc, of: warped, coefficients: 13, drop_first: true, layout: frames-first }'
sed "s/metric: \$d_audio }/metric: \$d_audio }\n  $loud/" \
    "$scratch/dropped.yaml" >"$scratch/more.yaml"
"$kindred" run "$scratch/more.yaml" --stats "$scratch/stats" --out "$scratch/results" \
    >/dev/null 2>&1
expect "loud" "$(stat "$scratch/stats" loud computed)" 60
expect "distances" "$(stat "$scratch/stats" da computed)" 0
same_results "$scratch/golden" "$scratch/results"
