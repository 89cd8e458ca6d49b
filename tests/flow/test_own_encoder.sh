#!/bin/sh
# An encoder of one's own, played by `kindred apply`: clips go out as files, vectors come back in
# two .npy files, and everything after that is as with the built-in encoder.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 8
workflow=$root/workflows/own-encoder.yaml
run() {
    "$kindred" run "$@" --set "music=$scratch/music" --set clips=8 --set magnitude=-4 \
        --set "ids=$scratch/ids.txt" --set "vectors0=$scratch/z0.npy" \
        --set "vectors=$scratch/z.npy" --out "$scratch/own" 2>"$scratch/log"
}
get() {
    "$kindred" get "$@" --set "music=$scratch/music" --set clips=8 --set magnitude=-4 \
        --set "ids=$scratch/ids.txt" --set "vectors0=$scratch/z0.npy" \
        --set "vectors=$scratch/z.npy" >/dev/null
}

# Out: without the vectors a run says what is missing, the clips are to be had.
code=0
run "$workflow" || code=$?
[ $code = 1 ] || fail "exit code $code without the vectors"
grep -q "own-encoder.yaml:[0-9]*: step 'z0.*z0.npy" "$scratch/log" || fail "$(cat "$scratch/log")"
run "$workflow" originals warped
get "$workflow" originals warped -o "$scratch/clips"

# Encoded elsewhere. The rows stand in no particular order.
cd "$scratch/clips/originals"
# shellcheck disable=SC2046 # names without blanks
set -- $(find . -name '*.wav' | LC_ALL=C sort -r)
[ $# = 8 ] || fail "$# clips went out"
encode() { "$kindred" apply encode.mfcc -p crop=centre -p samples=44100 "$@"; }
encode "$@" -o "$scratch/z0.npy"
cd "$scratch/clips/warped"*
encode "$@" -o "$scratch/z.npy"
for file in "$@"; do basename "$file" .wav; done >"$scratch/ids.txt"

# Back: the same distances and the same table as with the encoder inside.
run "$workflow"
get "$workflow" dz -o "$scratch/own"
inside='kind: encode.mfcc, of: originals, crop: centre, samples: 44100,'
sed -e "s/kind: vectors.npy, file: \$vectors0, ids: \$ids,/$inside/" \
    -e 's/kind: vectors.npy/kind: encode.mfcc/' -e 's/^    file: $vectors$/    of: warped/' \
    -e 's/^    ids: $ids$/    crop: centre\n    samples: 44100/' \
    -e 's/for: { encoder: own, .*/for: { encoder: own }/' \
    "$workflow" >"$scratch/inside.yaml"
grep -q vectors.npy "$scratch/inside.yaml" && fail "the test's own workflow"
"$kindred" run "$scratch/inside.yaml" --set "music=$scratch/music" --set clips=8 \
    --set magnitude=-4 --out "$scratch/inside" 2>"$scratch/log" || fail "$(cat "$scratch/log")"
"$kindred" get "$scratch/inside.yaml" dz --set "music=$scratch/music" --set clips=8 \
    --set magnitude=-4 -o "$scratch/inside" >/dev/null 2>&1
[ "$(find "$scratch/inside" -name '*.npy' | wc -l)" = 16 ] || fail "16 rows of distances"
diff -r "$scratch/own" "$scratch/inside" || fail "vectors from outside give other results"

# A row more than there are ids.
echo another >>"$scratch/ids.txt"
code=0
run "$workflow" || code=$?
[ $code = 1 ] || fail "exit code $code with too many ids"
grep -q "ids.txt' has 9 ids, .*z0.npy' has 8 vectors" "$scratch/log" || fail "$(cat "$scratch/log")"
