#!/bin/sh
# Four processes at once on one workflow and one cache: what one computes the others use, so that
# together they compute what one alone would; kill -9 of one stops nobody; the same bytes.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 6
small_workflow "$scratch/w.yaml" "$scratch/music"
"$kindred" run "$scratch/w.yaml" -j 1 --cache "$scratch/alone" --out "$scratch/golden" \
    --stats "$scratch/alone.json" >/dev/null 2>&1
alone=$(stat_sum "$scratch/alone.json" computed)

start() { # number: a run in the background, with $! as its pid
    "$kindred" run "$scratch/w.yaml" -j 1 --out "$scratch/out$1" --stats "$scratch/stats$1" \
        >"$scratch/log$1" 2>&1 &
}
pids=''
for i in 1 2 3 4; do
    start $i
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid" || fail "a run among four: $(cat "$scratch"/log?)"
done
together=0
busy=0
for i in 1 2 3 4; do
    same_results "$scratch/golden" "$scratch/out$i"
    computed=$(stat_sum "$scratch/stats$i" computed)
    together=$((together + computed))
    [ "$computed" = 0 ] || busy=$((busy + 1))
done
expect "items that four runs computed" "$together" "$alone"
[ $busy -ge 2 ] || fail "one of four did all the work"
"$kindred" cache verify >/dev/null || fail "verify after four runs"

# One of four is killed in the middle; what it had claimed is taken over.
rm -rf "$scratch/cache"
start 1
victim=$!
pids=''
for i in 2 3 4; do
    start $i
    pids="$pids $!"
done
sleep 0.4
kill -9 $victim 2>/dev/null || fail "the victim was done before it could be killed"
for pid in $pids; do
    wait "$pid" || fail "a run beside a killed one: $(cat "$scratch"/log?)"
done
wait $victim 2>/dev/null || true
for i in 2 3 4; do same_results "$scratch/golden" "$scratch/out$i"; done
"$kindred" cache verify >/dev/null || fail "verify after a killed run among four"

# What a run has finished it has not in its claims any more.
"$kindred" run "$scratch/w.yaml" --out "$scratch/out1" >"$scratch/log1" 2>&1
shows '^nothing to do' "$scratch/log1" "four runs leave something to do"

# Steps whose bytes may be dropped: nobody drops what another one still needs.
rm -rf "$scratch/cache"
sed -i 's/    of: originals$/    of: originals\n    keep: false/' "$scratch/w.yaml"
pids=''
for i in 1 2; do
    start $i
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid" || fail "a run of two that drop: $(cat "$scratch"/log?)"
done
together=$(($(stat_sum "$scratch/stats1" computed) + $(stat_sum "$scratch/stats2" computed)))
expect "items that two runs computed, keep: false" "$together" "$alone"
for i in 1 2; do same_results "$scratch/golden" "$scratch/out$i"; done
