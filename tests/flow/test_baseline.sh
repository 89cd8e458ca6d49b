#!/bin/sh
# The baseline on part of its clips and magnitudes: complete tables, and what the paper says of the
# MFCC encoder and of DTW (sections 5.1 and 5.2).
. "$(dirname "$0")/lib.sh"

"$kindred" run "$root/workflows/baseline.yaml" --out "$scratch/results" \
    --set clips=16 --set 'pitch=[-12, -2, -0.25, 0.25, 12]' \
    --set 'tempo=[0.4, 0.98, 1.02, 1.5]' --set 'snr=[-15, -10, -3, 3, 9, 15, 21, 30]' \
    --set 'kbps=[8, 320]' >"$scratch/out" 2>"$scratch/log" || fail "$(cat "$scratch/log")"
within=$scratch/results/within.csv
between=$scratch/results/between.csv

# 5 + 4 + 8 + 8 + 2 conditions; by two distances in each of two spaces; by two measures.
complete() { # file rows column-of-transformation columns-before-it their-combinations columns
    expect "rows of $1" "$(($(wc -l <"$1") - 1))" "$2"
    expect "transformations in $1" EN,MP,PN,PS,TS, \
        "$(tail -n +2 "$1" | cut -d, -f "$3" | LC_ALL=C sort -u | tr '\n' ,)"
    expect "combinations in $1" "$(tail -n +2 "$1" | cut -d, -f "$4" | sort -u | wc -l)" "$5"
    expect "columns of $1" "$(awk -F, '{ print NF }' "$1" | sort -u)" "$6"
}
complete "$within" 108 4 1,2,3 4 8
complete "$between" 216 5 1,2,3,4 8 9
expect "header of within.csv" "$(head -n 1 "$within")" \
    space,distance,encoder,transformation,magnitude,magnitude01,trial,consistency
expect "header of between.csv" "$(head -n 1 "$between")" \
    measure,d_audio,d_latent,encoder,transformation,magnitude,magnitude01,trial,consistency
awk -F, 'NR > 1 && !($8 ~ /^[0-9.e-]+$/ && $8 >= 0 && $8 <= 1) { print; bad = 1 }
         END { exit bad }' "$within" || fail "within.csv has values that are no shares"
awk -F, 'NR > 1 && !($9 ~ /^[0-9.e-]+$/ && $9 >= -1 && $9 <= 1 && ($9 >= 0 || $1 == "rho")) {
             print; bad = 1 } END { exit bad }' "$between" ||
    fail "between.csv has values that are neither shares nor correlations"

# At the smallest magnitudes a clip is nearest to its own original.
awk -F, '/,MFCC,/ && ($4 == "PS" && $5 ^ 2 < 0.1 || $4 == "TS" && ($5 - 1) ^ 2 < 0.001 ||
                      $4 ~ /^[PE]N$/ && $5 == 30 || $4 == "MP" && $5 == 320) {
             n++
             if ($8 < 0.9) { print; bad = 1 } }
         END { exit bad || n != 14 }' "$within" || fail "C^W is low where hardly anything changes"

# Consistency falls with the distance from no change: rank correlation over the noise ratios, ties
# with mean ranks. The distance is the negated ratio in dB.
spearman() { # transformation distance
    awk -F, -v t="$1" -v d="$2" '
        function rank(values, i,    k, below, same) {
            for (k = 1; k <= n; k++) {
                below += values[k] < values[i]
                same += values[k] == values[i]
            }
            return below + (same + 1) / 2
        }
        $4 == t && $2 == d && $1 == "latent" { n++; x[n] = -$5; y[n] = $8 + 0 }
        END {
            mean = (n + 1) / 2
            for (i = 1; i <= n; i++) {
                a = rank(x, i) - mean
                b = rank(y, i) - mean
                xy += a * b; xx += a * a; yy += b * b
            }
            print n < 8 || yy == 0 ? "undefined" : xy / sqrt(xx * yy)
        }' "$within"
}
for transformation in PN EN; do
    for distance in euclidean cosine; do
        rho=$(spearman $transformation $distance)
        echo "Spearman of C^W and distance from no change, $transformation, $distance: $rho"
        awk -v rho="$rho" 'BEGIN { exit !(rho != "undefined" && rho <= -0.8) }' ||
            fail "C^W of $transformation does not fall with the noise: $rho"
    done
done
# … and from the mildest to the harshest of pitch, noise and compression.
awk -F, '/,MFCC,/ { c[$2, $4, $5] = $8 }
         END { for (i = split("euclidean cosine", d, " "); i > 0; i--)
                   if (c[d[i], "PS", 12] > 0.5 || c[d[i], "PS", -12] > 0.5 ||
                       c[d[i], "PN", -15] > 0.5 || c[d[i], "EN", -15] > 0.5 ||
                       c[d[i], "MP", 8] > 0.7) exit 1 }' "$within" ||
    fail "C^W stays high where nobody would know the music again"

# DTW over tempo: high and flat in the paper; the embedding is left to differ.
awk -F, '$2 == "dtw" && $4 == "TS" {
             n++; print "C^W of DTW at tempo " $5 ": " $8
             if (n == 1 || $8 < low) low = $8
             if (n == 1 || $8 > high) high = $8 }
         END { exit !(n == 4 && low >= 0.9 && high - low <= 0.1) }' "$within" ||
    fail "C^W of DTW over tempo is not high and flat"
