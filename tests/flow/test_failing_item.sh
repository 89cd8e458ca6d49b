#!/bin/sh
# One clip that fails in two transformations (noise cannot be mixed with silence at a ratio): its
# rows are computed over the others and said to be, never counted as a success; every other row is
# as it was.
. "$(dirname "$0")/lib.sh"

music=$scratch/music
some_music "$music" 6
"$kindred" apply transform -p transformation=OG -p magnitude=0 \
    "$(find "$music" -name '*.ogg' | head -n 1)" -o "$scratch/decoded.wav"
rate=$(wav_rate "$scratch/decoded.wav")
{
    wav_header 1 "$rate" $((rate * 8 * 4))
    head -c $((rate * 4 * 4)) /dev/zero
    wav_samples "$scratch/decoded.wav" | head -c $((rate * 4 * 4))
} >"$music/late.wav" # its excerpt falls into the silence

workflow=$scratch/w.yaml
small_workflow "$workflow" "$music"
sed -i 's/seconds: 3,/seconds: 3, position: start,/
    s/consistency\]/consistency, clips, missing]/' "$workflow"
sed '/transformation: [PE]N/d' "$workflow" >"$scratch/quiet.yaml"
run() { # workflow folder: leaves the exit code in $code, messages in log
    code=0
    "$kindred" run "$1" --out "$2" --stats "$scratch/stats" >"$scratch/out" 2>"$scratch/log" ||
        code=$?
}

run "$scratch/quiet.yaml" "$scratch/quiet"
[ "$code" = 0 ] || fail "exit code $code without noise: $(cat "$scratch/log")"
grep -q "^warning: .*PS -1: clip 'late' has no loudness" "$scratch/log" ||
    fail "a clip without loudness is not named: $(cat "$scratch/log")"

noisy='PN 10, PN 30, EN 10, EN 30'
check_reported() {
    expect "exit code" "$code" 1
    silent="item 'late': a silent signal cannot be mixed at a signal-to-noise ratio"
    for magnitude in 10 30; do
        for transformation in PN EN; do
            point="magnitude=$magnitude,transformation=$transformation"
            expect "reports of $point" 1 "$(grep -cE \
                "^error: .*w\.yaml:[0-9]+: step 'warped\[$point\]': $silent" "$scratch/log")"
        done
    done
    expect "reported items" "$(grep -c "item '" "$scratch/log")" 4
    grep -q '^4 items failed' "$scratch/log" || fail "no count of failures ($noisy)"
}
run "$workflow" "$scratch/results"
check_reported
expect "failures of transform in --stats" "$(stat "$scratch/stats" warped failed)" 4

# Every other row is as it was, apart from the scale of all magnitudes of a transformation.
for table in within between; do
    grep -v ',[PE]N,' "$scratch/results/$table.csv" | cmp - "$scratch/quiet/$table.csv" ||
        fail "another row of $table.csv changed"
    # The rows of noise: six clips are judged and one is missing; nobody else is.
    awk -F, 'NR > 1 { noisy = /,[PE]N,/; wanted = noisy ? "6 1" : "7 0"
                      n++; if ($(NF - 1) " " $NF != wanted || $(NF - 2) == "") exit 1 }
             END { if (n < 40) exit 1 }' "$scratch/results/$table.csv" ||
        fail "$table.csv does not say over how many clips"
done
# Of six clips: a failure that counted as a seventh would show in the denominator.
awk -F, '/,[PE]N,/ { sixth = 6 * $8; if (sixth != int(sixth + 0.5)) exit 1 }' \
    "$scratch/results/within.csv" || fail "within.csv counts the clip that failed"

# A warm run says it again, why says where.
run "$workflow" "$scratch/warm"
check_reported
expect "items computed, warm" "$(stat_sum "$scratch/stats" computed)" 0
same_results "$scratch/results" "$scratch/warm"
"$kindred" why "$workflow" 'warped[transformation=PN,magnitude=10]' >"$scratch/why"
grep -q 'is up to date.*; 1 item failed' "$scratch/why" ||
    fail "why does not mention the failed item: $(cat "$scratch/why")"
"$kindred" why "$workflow" 'warped[transformation=PS,magnitude=-1]' >"$scratch/why"
! grep -q failed "$scratch/why" || fail "why finds a failure where there is none"

# Without the clip: as if it had never been there, and no complaint.
rm "$music/late.wav"
run "$workflow" "$scratch/without"
expect "exit code without the clip" "$code" 0
! grep -q "item '" "$scratch/log" || fail "a clip that is gone is still reported"
