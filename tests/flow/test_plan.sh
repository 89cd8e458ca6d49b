#!/bin/sh
# What a plan says is what a run does: the same items by step, before and after an edit at the
# beginning, in the middle and at the end; rows of tables; exit codes.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 8
workflow=$scratch/w.yaml
write_workflow() {
    cat >"$workflow" <<YAML
kindred: 1
vars: { seed: 5, cents: [-1, 1], trials: [0, 1] }
steps:
  songs: { kind: dataset.folder, path: $scratch/music, group: "--" }
  test: { kind: split, of: songs, part: all, take: 5, seed: \$seed }
  originals: { kind: excerpt, of: test, seconds: 1, sample_rate: 8000, seed: \$seed }
  warped:
    kind: transform
    of: originals
    for: { transformation: PS, magnitude: \$cents }
    keep: false
  z: { kind: encode.mfcc, of: warped }
  z0: { kind: encode.mfcc, of: originals }
  same: { kind: encode.mfcc, of: originals, for: { twin: yes } }
  dz: { kind: distance, from: z, to: z0, for: { d: [euclidean, cosine] }, metric: \$d }
  nearest: { kind: within, of: dz }
  drawn: { kind: split, of: test, part: all, ratio: 0.8, for: { trial: \$trials }, seed: 1 }
  pieces: { kind: excerpt, of: drawn, seconds: 1, sample_rate: 8000, seed: \$seed }
  y: { kind: encode.mfcc, of: pieces, crop: centre, samples: 4000 }
  within: { kind: table, of: nearest, over: all, file: within.csv }
  other: { kind: table, of: nearest, over: [magnitude], columns: [magnitude] }
YAML
}
write_workflow

plan() {
    "$kindred" plan "$workflow" --json "$@" >"$scratch/plan" || fail "plan $*"
}
run() {
    "$kindred" run "$workflow" --out "$scratch/out" --stats "$scratch/stats" "$@" \
        >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; fail "run $*"; }
}
# Items by step: planned, and computed. Steps that make a few bytes more are named to be left out.
agrees() { # when steps…
    when=$1
    shift
    for step; do
        expect "items of $step $when" "$(stat "$scratch/plan" "$step" items)" \
            "$(stat "$scratch/stats" "$step" computed)"
    done
}
all='songs test originals warped z dz nearest within other'
# z0 and its twin are one: which of the two computes, only the run knows.
twins_agree() { # when
    expect "items of z0 and same $1" \
        $(($(stat "$scratch/plan" z0 items) + $(stat "$scratch/plan" same items))) \
        $(($(stat "$scratch/stats" z0 computed) + $(stat "$scratch/stats" same computed)))
}

# From nothing: take is counted, and what two steps share is counted once.
plan
expect 'rows of within' "$(stat "$scratch/plan" within rows)" 4
expect 'rows of other' "$(stat "$scratch/plan" other rows)" 4
expect 'shared instances of same' "$(stat "$scratch/plan" same shared)" 1
shows '"name":"songs".*"why":{"never-run":1}' "$scratch/plan" 'songs are not told to be new'
shows '"name":"z",.*"why":{"never-run":2,"upstream":2}' "$scratch/plan" 'z is not told to wait'
shows '"seconds":null' "$scratch/plan" 'what was never measured has no seconds'
run
agrees 'from nothing' $all
twins_agree 'from nothing'
# Two draws of 4 out of the 5: never more than 5 are cut, and originals has them already.
planned=$(stat "$scratch/plan" y items)
[ "$planned" -le 5 ] || fail "y: $planned items planned, though there are 5 in all"

# Nothing to do.
plan --exit-code
expect 'items planned of all, warm' "$(stat_sum "$scratch/plan" items)" 0
shows '"causes":\[\]' "$scratch/plan" 'a warm plan has causes'

# One magnitude more: exit 4, the items of one, and the bytes of the originals are there.
sed -i 's/cents: \[-1, 1\]/cents: [-1, 1, 2]/' "$workflow"
status=0
"$kindred" plan "$workflow" --exit-code >"$scratch/text" || status=$?
expect 'exit code with something to do' $status 4
shows '^first cause: .*\[magnitude=2,' "$scratch/text" 'the plan does not say why'
plan
before=$(stat "$scratch/plan" dz bytes)
run
agrees 'after a magnitude' $all
twins_agree 'after a magnitude'
[ "$before" -gt 0 ] || fail 'the plan does not say what distances weigh'

# Another crop for z: the clips were dropped and are made again.
sed -i 's/mfcc, of: warped }/mfcc, of: warped, crop: first, samples: 4000 }/' "$workflow"
plan
run
expect 'clips made again' "$(stat "$scratch/plan" warped again)" \
    "$(stat "$scratch/stats" warped computed)"
agrees 'after a crop' z dz nearest within
twins_agree 'after a crop'

# A song more than before, in a step that takes all: new rows are whole, old ones one column wider.
sed -i 's/take: 5/take: 0/' "$workflow"
run
mv "$scratch/music" "$scratch/fewer"
some_music "$scratch/music" 9
plan
run
agrees 'after a song' songs originals warped z dz nearest within
twins_agree 'after a song'
pairs=$(stat "$scratch/stats" dz pairs)
expect 'pairs after a song' "$pairs" $((3 * 2 * (9 + 8)))
# The price is by the pair: 17 of 81 pairs cost less than the 9 rows of which they are a part.
plan --force dz
all_pairs=$(stat "$scratch/plan" dz seconds)
rm "$scratch"/music/* && cp "$scratch"/fewer/* "$scratch/music/"
some_music "$scratch/music" 10
plan dz
one_more=$(stat "$scratch/plan" dz seconds)
awk -v all="$all_pairs" -v one="$one_more" 'BEGIN { exit !(one > 0 && one < all) }' ||
    fail "one song more costs $one_more s of distances, all $all_pairs s"

# Rows by axes; an axis that no step has; a plan of one step.
plan --by d,magnitude
shows '"rows_by":\[{"d":"cosine","magnitude":-1,"rows":1},' "$scratch/plan" 'rows by two axes'
status=0
"$kindred" plan "$workflow" --by magnitud 2>"$scratch/err" >"$scratch/text" || status=$?
expect 'exit code of a wrong axis' $status 2
shows "no step has an axis 'magnitud'; did you mean 'magnitude'?" "$scratch/err" 'the nearest axis'
plan z0
expect 'instances of a step that is not asked for' "$(stat "$scratch/plan" within instances)" 0
