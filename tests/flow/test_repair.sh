#!/bin/sh
# Random damage to data.mdb: verify finds it and does not crash; repair and the next run bring
# everything back, with the same bytes; where the file itself is damaged it is said what to do.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 3
small_workflow "$scratch/w.yaml" "$scratch/music"
run() { # cache
    "$kindred" run "$scratch/w.yaml" --cache "$1" --out "$scratch/out" >"$scratch/log" 2>&1
}
run "$scratch/whole" || fail "the first run"
cp -R "$scratch/out" "$scratch/golden"
size=$(wc -c <"$scratch/whole/data.mdb")

# Writes N random bytes at random places: FILE SEED N
damage() {
    awk -v seed="$2" -v n="$3" -v size="$size" 'BEGIN {
        srand(seed)
        for (i = 0; i < n; i++) print 8192 + int(rand() * (size - 8192)), int(rand() * 256)
    }' | while read -r at byte; do
        # shellcheck disable=SC2059
        printf "\\$(printf %o "$byte")" |
            dd of="$1" bs=1 seek="$at" conv=notrunc status=none
    done
}
code_of() { # command…: its exit code in $code, its output in $scratch/said
    code=0
    "$@" >"$scratch/said" 2>&1 || code=$?
}

found=0 structural=0
seed=1
while [ $seed -le 20 ]; do
    rm -rf "$scratch/a" "$scratch/b"
    cp -R "$scratch/whole" "$scratch/a"
    damage "$scratch/a/data.mdb" $seed 8
    cp -R "$scratch/a" "$scratch/b"
    code_of "$kindred" cache verify --cache "$scratch/a"
    [ $code = 0 ] || [ $code = 3 ] || fail "seed $seed: verify ended with $code"
    if grep -q 'file itself is damaged\|cut short\|first pages are damaged' "$scratch/said"; then
        shows 'put back a copy\|move it away' "$scratch/said" "verify does not say what to do"
        structural=$((structural + 1))
    elif [ $code = 3 ]; then
        # the next run finds it by itself; so does repair. Some damage to the file itself shows
        # only when something is written: then both say so, and leave nothing wrong behind. LMDB
        # may crash on it, which repair survives and a run comments on.
        code_of "$kindred" run "$scratch/w.yaml" --cache "$scratch/a" --out "$scratch/out"
        if [ $code = 0 ]; then
            same_results "$scratch/golden" "$scratch/out"
        elif [ $code != 3 ] && [ $code != 139 ] || ! grep -q 'move it away' "$scratch/said"; then
            fail "seed $seed: a run over damage ended with $code: $(cat "$scratch/said")"
        fi
        code_of "$kindred" cache repair --cache "$scratch/b"
        if [ $code = 0 ]; then
            found=$((found + 1))
            run "$scratch/b" || fail "seed $seed: a run after repair: $(cat "$scratch/log")"
            same_results "$scratch/golden" "$scratch/out"
            "$kindred" cache verify --cache "$scratch/b" >/dev/null ||
                fail "seed $seed: after repair"
        elif [ $code != 3 ] ||
            ! grep -q 'move it away\|cannot be computed again' "$scratch/said"; then
            fail "seed $seed: repair ended with $code: $(cat "$scratch/said")"
        fi
    fi
    seed=$((seed + 1))
done
[ $found -ge 6 ] || fail "damage was found in $found of 20 files only ($structural structural)"

# Which results it went into.
"$kindred" cache verify --cache "$scratch/whole" >"$scratch/said"
shows 'everything is as it was stored' "$scratch/said" "verify of a sound cache"
"$kindred" cache repair --cache "$scratch/whole" >"$scratch/said"
shows 'nothing to repair' "$scratch/said" "repair of a sound cache"
rm -rf "$scratch/a"
cp -R "$scratch/whole" "$scratch/a"
for n in 1 2 3 4 5 6; do damage "$scratch/a/data.mdb" 1 $n; done
code_of "$kindred" cache verify --cache "$scratch/a"
shows '^  within.csv of .*w.yaml$' "$scratch/said" "verify does not name the results"

# The file cut short at several places.
for part in 2 3 4 5 7 9; do
    rm -rf "$scratch/a"
    cp -R "$scratch/whole" "$scratch/a"
    head -c $((size * (part - 1) / part)) "$scratch/whole/data.mdb" >"$scratch/a/data.mdb"
    for command in 'cache verify' 'cache repair' 'cache gc' 'cache compact' 'cache stat' \
        "run $scratch/w.yaml --out $scratch/out"; do
        # shellcheck disable=SC2086
        code_of "$kindred" $command --cache "$scratch/a"
        expect "exit code of $command on a file cut short" $code 3
        grep -q 'move it away' "$scratch/said" ||
            fail "$command does not say what to do with a file cut short: $(cat "$scratch/said")"
    done
done

# Computing again finds all of it deterministic.
"$kindred" cache verify --recompute 30 --cache "$scratch/whole" >"$scratch/said" ||
    fail "verify --recompute: $(cat "$scratch/said")"
shows '^30 actions computed again, 0 gave other bytes$' "$scratch/said" "verify --recompute"
