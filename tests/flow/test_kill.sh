#!/bin/sh
# kill -9 in the middle, ten times in a row, then a finished run: the bytes of an undisturbed one.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 8
small_workflow "$scratch/w.yaml" "$scratch/music"
"$kindred" run "$scratch/w.yaml" --cache "$scratch/undisturbed" --out "$scratch/golden" \
    >/dev/null 2>&1
killed=0
for tenths in 1 2 1 3 2 1 4 2 3 1; do
    "$kindred" run "$scratch/w.yaml" --out "$scratch/results" >/dev/null 2>&1 &
    pid=$!
    sleep "0.$tenths"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null || true
    [ ! -e "$scratch/cache" ] || "$kindred" cache verify >"$scratch/log" 2>&1 ||
        { cat "$scratch/log"; fail "verify after kill $killed"; }
done
[ $killed -ge 5 ] || fail "only $killed of 10 runs were killed in the middle"
"$kindred" run "$scratch/w.yaml" --out "$scratch/results" >/dev/null 2>&1
same_results "$scratch/golden" "$scratch/results"
"$kindred" cache verify >/dev/null

# Ctrl-C: a clean stop with its own exit code, and the same bytes after that.
rm -rf "$scratch/cache"
"$kindred" run "$scratch/w.yaml" --out "$scratch/stopped" >/dev/null 2>"$scratch/log" &
pid=$!
sleep 0.4
kill -INT $pid
code=0
wait $pid || code=$?
[ $code = 130 ] || [ $code = 0 ] || fail "exit code $code after Ctrl-C"
"$kindred" run "$scratch/w.yaml" --out "$scratch/stopped" >/dev/null 2>&1
same_results "$scratch/golden" "$scratch/stopped"
