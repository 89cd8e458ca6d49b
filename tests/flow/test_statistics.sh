#!/bin/sh
# From measures to what is drawn: means of cells with intervals, what is missing, clips one by one,
# places in a plane. The same bytes with one thread and with two.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 8
small_workflow "$scratch/w.yaml" "$scratch/music"
cat >>"$scratch/w.yaml" <<'YAML'
  judged:
    kind: within
    of: dz
    resamples: 200
    for: { space: latent, trial: [0, 1, 2] }
    seed: $trial
    rename: { d_latent: distance }
    exclude: [{ trial: 1, transformation: PS, magnitude: 0.5 }]
  shares: { kind: table, of: judged, over: all, file: shares.csv,
            columns: [distance, encoder, transformation, magnitude, trial, consistency] }
  spans: { kind: table, of: judged, over: all, file: spans.csv,
           columns: [distance, transformation, magnitude, trial, lower, consistency, upper] }
  means: { kind: summarise, of: shares, file: means.csv }
  gaps: { kind: missing, of: shares, file: gaps.csv }
  clips: { kind: outcomes, of: 'within_z[transformation=PN]', over: all, file: clips.csv }
  places:
    kind: tsne
    of: [z, z0]
    perplexity: 8
    over: all
    file: places.csv
YAML

for threads in 1 2; do
    "$kindred" run "$scratch/w.yaml" -j "$threads" --cache "$scratch/cache$threads" \
        --out "$scratch/$threads" >"$scratch/out" 2>"$scratch/log" || fail "$(cat "$scratch/log")"
done
for file in shares spans means gaps clips places; do
    cmp "$scratch/1/$file.csv" "$scratch/2/$file.csv" || fail "$file.csv differs with two threads"
done
cd "$scratch/1" || exit

# Two distances, ten conditions; a trial of one is missing in both.
expect 'columns of means.csv' "$(head -n 1 means.csv)" \
    distance,encoder,transformation,magnitude,n,mean,lower,upper,missing
expect 'rows of means.csv' "$(tail -n +2 means.csv | wc -l)" 20
expect 'cells that lack a trial' "$(tail -n +2 means.csv | awk -F, '$5 == 2 && $9 == 1' |
    cut -d, -f 3,4 | sort -u)" PS,0.5
expect 'whole cells' "$(tail -n +2 means.csv | awk -F, '$5 == 3 && $9 == 0' | wc -l)" 18
expect 'what is missing' "$(cut -d, -f 3-6 gaps.csv | sort -u | tr '\n' ' ')" \
    'PS,0.5,1,absent transformation,magnitude,trial,why '

# An interval holds its share, and there is one where clips differ.
awk -F, 'NR > 1 && ($5 > $6 || $6 > $7) { print; bad = 1 }
         NR > 1 && $6 > 0 && $6 < 1 { n++; if ($5 == $7) { print; bad = 1 } }
         END { exit bad || n == 0 }' spans.csv || fail 'intervals that hold no share'

# One less the mean of delta is C^W.
awk -F, 'NR == FNR { if (FNR > 1) { key = $1 "," $3; n[key]++; sum[key] += $NF } next }
         FNR > 1 && $4 == "PN" && $1 == "latent" {
             key = $2 "," $5
             if ((1 - sum[key] / n[key] - $8) ^ 2 > 1e-20) { print; bad = 1 }
             checked++ }
         END { exit bad || checked != 4 }' clips.csv within.csv || fail 'delta and C^W differ'
expect 'columns of clips.csv' "$(head -n 1 clips.csv)" \
    distance,encoder,magnitude,space,transformation,id,outcome,delta

# Everything has a place: eight clips as they were, and after ten transformations.
expect 'columns of places.csv' "$(head -n 1 places.csv)" encoder,magnitude,transformation,id,x,y
expect 'places' "$(tail -n +2 places.csv | grep -c ',[0-9.e-]*,[0-9.e-]*$')" 88
"$kindred" get "$scratch/w.yaml" places --cache "$scratch/cache1" -o "$scratch/got" >/dev/null 2>&1
expect 'the divergence' "$(grep -c '^kl,[0-9.]*$' "$scratch/got/places.number.csv")" 1
expect 'points' "$(grep '^points,' "$scratch/got/places.number.csv")" points,88

# A trial that fails is missing, by name, and nothing is averaged as if it had been there.
"$kindred" apply template -p factor=1 "$root/tests/reference/tsne/points.npy" -o "$scratch/z.npy"
{
    printf '\223NUMPY\001\000v\000%-117s\n' \
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
    le 4 1065353216; le 4 1073741824; le 4 1065353216; le 4 2143289344 # 1, 2, 1, nan
} >"$scratch/bad.npy"
cat >"$scratch/trials.yaml" <<YAML
kindred: 1
steps:
  z0: { kind: vectors.npy, file: z.npy }
  z:
    kind: vectors.npy
    for: { encoder: own, trial: [0, 1, 2] }
    file: { by: trial, 2: bad.npy, else: z.npy }
    on_error: stop
  dz: { kind: distance, from: z, to: z0, metric: euclidean }
  judged: { kind: within, of: dz }
  within: { kind: table, of: judged, over: all, columns: [encoder, trial, consistency],
            file: within.csv }
  means: { kind: summarise, of: within, file: means.csv }
  gaps: { kind: missing, of: within, file: gaps.csv }
YAML
code=0
"$kindred" run "$scratch/trials.yaml" --out "$scratch/trials" 2>"$scratch/log" >&2 || code=$?
[ "$code" != 0 ] || fail 'a run with a failed trial ends as if nothing had happened'
[ ! -e "$scratch/trials/within.csv" ] || fail 'a failed trial did not stop the run'
code=0
"$kindred" run "$scratch/trials.yaml" --out "$scratch/trials" --keep-going 2>"$scratch/log" >&2 ||
    code=$?
[ "$code" != 0 ] || fail 'a run with a failed trial ends as if nothing had happened'
shows '1 of the 3 results it gathers failed' "$scratch/log" 'nothing is said of the trial'
cd "$scratch/trials" || exit
expect 'the row of the failed trial' "$(grep ,2, within.csv)" own,2,
expect 'n and missing' "$(tail -n 1 means.csv | cut -d, -f 1,2,6)" own,2,1
expect 'what is missing' "$(tail -n +2 gaps.csv)" own,2,empty
