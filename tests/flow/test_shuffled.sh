#!/bin/sh
# Comparing each clip with another's original, by giving the originals each other's names: what was
# the nearest neighbour of nearly every clip is that of about one in N.
. "$(dirname "$0")/lib.sh"

n=10
some_music "$scratch/music" $n
mkdir "$scratch/shuffled"
ls "$scratch/music" >"$scratch/names"
# One name stays where it is, the others move on by one: a shuffle with the usual one fixed point.
{
    head -n 1 "$scratch/names"
    tail -n +3 "$scratch/names"
    sed -n 2p "$scratch/names"
} >"$scratch/moved"
paste "$scratch/names" "$scratch/moved" | while IFS="$(printf '\t')" read -r name moved; do
    cp "$scratch/music/$name" "$scratch/shuffled/$moved"
done

cat >"$scratch/w.yaml" <<YAML
kindred: 1
steps:
  songs: { kind: dataset.folder, path: music }
  others: { kind: dataset.folder, path: shuffled }
  clips: { kind: excerpt, of: songs, seconds: 3 }
  misnamed: { kind: excerpt, of: others, seconds: 3 }
  warped:
    { kind: transform, of: clips, for: { transformation: TS, magnitude: [0.96, 1.04] } }
  z: { kind: encode.mfcc, of: warped }
  z0: { kind: encode.mfcc, of: clips }
  z1: { kind: encode.mfcc, of: misnamed }
  d0: { kind: distance, from: z, to: z0, for: { metric: [euclidean, cosine] } }
  d1: { kind: distance, from: z, to: z1, for: { metric: [euclidean, cosine] } }
  own: { kind: within, of: d0 }
  other: { kind: within, of: d1 }
  own_table: { kind: table, of: own, over: all, file: own.csv, columns: [consistency] }
  other_table: { kind: table, of: other, over: all, file: other.csv, columns: [consistency] }
YAML
"$kindred" run "$scratch/w.yaml" --out "$scratch/results" >/dev/null 2>"$scratch/log" ||
    fail "$(cat "$scratch/log")"
expect "rows" "$(cat "$scratch"/results/*.csv | grep -c '^[0-9]')" 8
awk 'NR > 1 && $1 < 0.9 { exit 1 }' "$scratch/results/own.csv" ||
    fail "C^W with the right names: $(cat "$scratch/results/own.csv")"
awk -v n=$n 'NR > 1 && $1 > 2 / n { exit 1 }' "$scratch/results/other.csv" ||
    fail "C^W with shuffled names: $(cat "$scratch/results/other.csv")"
