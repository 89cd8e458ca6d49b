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
