#!/bin/sh
# gc: what it says beforehand is what it does; what it drops comes back with the same bytes; runs
# that go on meanwhile do not notice.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 5
small_workflow "$scratch/w.yaml" "$scratch/music"
run() { "$kindred" run "$scratch/w.yaml" --out "$scratch/out" "$@" >"$scratch/log" 2>&1; }
run
cp -R "$scratch/out" "$scratch/golden"

# At every size: the results are the same afterwards, and the numbers of --dry-run hold.
for size in 12M 6M 3M 500k 1; do
    "$kindred" cache gc --max-size $size --dry-run >"$scratch/said"
    "$kindred" cache verify >/dev/null
    "$kindred" cache gc --max-size $size >"$scratch/did"
    sed -n 's/^would remove //p; s/^would leave //p' "$scratch/said" >"$scratch/a"
    sed -n 's/^removed //p; s/^left //p' "$scratch/did" >"$scratch/b"
    cmp "$scratch/a" "$scratch/b" || fail "gc --max-size $size does not do what it said"
    "$kindred" cache verify >"$scratch/log" || fail "verify after gc --max-size $size"
    run || fail "a run after gc --max-size $size"
    same_results "$scratch/golden" "$scratch/out"
done
# A consumer that is new finds what it needs, dropped or not.
sed 's/coefficients: 13/coefficients: 12/
     s/^  z: .*/&\n  more: { kind: mfcc, of: warped, coefficients: 13, layout: frames-first }/' \
    "$scratch/w.yaml" >"$scratch/more.yaml"
"$kindred" run "$scratch/more.yaml" --out "$scratch/out" --stats "$scratch/stats" >"$scratch/log" \
    2>&1 || fail "a new consumer of dropped bytes: $(cat "$scratch/log")"
expect "items of the new consumer" "$(stat "$scratch/stats" more computed)" 50
same_results "$scratch/golden" "$scratch/out"

# So do the items that a kind gives which sees its input whole.
cat >"$scratch/pieces.yaml" <<YAML
kindred: 1
title: pieces
steps:
  songs: { kind: dataset.folder, path: $scratch/music, group: "--", on_error: skip }
  cut: { kind: pieces, of: songs, count: 2 }
  clips: { kind: excerpt, of: cut, seconds: 2, sample_rate: 22050, seed: 1 }
  a: { kind: mfcc, of: clips }
YAML
"$kindred" run "$scratch/pieces.yaml" >"$scratch/log" 2>&1 || fail "pieces: $(cat "$scratch/log")"
"$kindred" cache gc --max-size 1 >"$scratch/did"
sed -i 's/seconds: 2/seconds: 1/' "$scratch/pieces.yaml"
"$kindred" run "$scratch/pieces.yaml" >"$scratch/log" 2>&1 ||
    fail "a new consumer of dropped pieces: $(cat "$scratch/log")"

# An edit and back: with one run kept, what the other had is gone.
sed -i 's/\[-1, 0.5\]/[-1, 0.25]/' "$scratch/w.yaml"
run
"$kindred" cache gc --keep-runs 1 >"$scratch/did"
shows '^removed [1-9]' "$scratch/did" "gc --keep-runs 1 removed nothing"
sed -i 's/\[-1, 0.25\]/[-1, 0.5]/' "$scratch/w.yaml"
run --stats "$scratch/stats"
[ "$(stat "$scratch/stats" warped computed)" -ge 0 ] || fail "no stats"
same_results "$scratch/golden" "$scratch/out"

# A pinned workflow loses nothing, whatever the limit.
"$kindred" cache pin "$scratch/w.yaml" >/dev/null
"$kindred" cache gc --max-size 1 >"$scratch/did"
shows '^more than 1 B: what is left is pinned' "$scratch/did" "gc says nothing about pins"
run --stats "$scratch/stats"
expect "items computed after gc, pinned" "$(stat_sum "$scratch/stats" computed)" 0
"$kindred" cache unpin "$scratch/w.yaml" >/dev/null

# Wrong requests.
for wrong in '--max-size many' '--max-size 0' '--keep-runs 0' '--keep-run 1' 'extra'; do
    code=0
    # shellcheck disable=SC2086
    "$kindred" cache gc $wrong >"$scratch/log" 2>&1 || code=$?
    expect "exit code of gc $wrong" $code 2
done
code=0
"$kindred" cache pin nothing-like-it >"$scratch/log" 2>&1 || code=$?
expect "exit code of pinning nothing" $code 2

# gc in a loop while two runs work.
rm -rf "$scratch/cache"
pids=''
for i in 1 2; do
    "$kindred" run "$scratch/w.yaml" -j 1 --out "$scratch/out$i" --stats "$scratch/stats$i" \
        >"$scratch/log$i" 2>&1 &
    pids="$pids $!"
done
sleep 0.2
rounds=0
for pid in $pids; do
    while kill -0 "$pid" 2>/dev/null && [ $rounds -lt 400 ]; do
        "$kindred" cache gc >"$scratch/did" 2>&1 || fail "gc beside runs: $(cat "$scratch/did")"
        # whatever is there, one of the two runs needs it
        shows '^removed 0 ' "$scratch/did" "gc took something from a run"
        rounds=$((rounds + 1))
        sleep 0.02
        # a zombie of ours still answers to kill -0
        state=$(sed 's/.*) //; s/ .*//' "/proc/$pid/stat" 2>/dev/null) && [ "$state" != Z ] || break
    done
    wait "$pid" || fail "a run beside gc: $(cat "$scratch"/log?)"
done
[ $rounds -ge 5 ] || fail "gc ran only $rounds times beside the runs"
for i in 1 2; do same_results "$scratch/golden" "$scratch/out$i"; done
together=$(($(stat_sum "$scratch/stats1" computed) + $(stat_sum "$scratch/stats2" computed)))
rm -rf "$scratch/cache"
run --stats "$scratch/stats"
expect "items computed beside gc" "$together" "$(stat_sum "$scratch/stats" computed)"
"$kindred" cache verify >/dev/null || fail "verify after gc beside runs"
