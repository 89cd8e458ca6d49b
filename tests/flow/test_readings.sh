#!/bin/sh
# Every reading of workflows/readings.yaml reaches what it is about, and nothing else.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 12
"$kindred" run "$root/workflows/readings.yaml" --out "$scratch/out" --set music="$scratch/music" \
    --set clips=6 --set 'pitch=[2]' --set 'tempo=[0.9]' --set 'snr=[3]' --set 'kbps=[16, 320]' \
    2>"$scratch/log" || { cat "$scratch/log" >&2; fail "the run"; }

# What differs from the paper's reading, as `measure space transformation`, once each; the space
# is that of C^W and empty for C^B.
awk -F, '
    NR == 1 { next }
    { point = $2 FS $3 FS $4 FS $5 FS $6
      space = $4 == "" ? " audio " : $3 == "" ? " latent " : " "
      place[point] = $2 space $5 ($5 == "MP" ? $6 : "")
      value[$1, point] = $7
      readings[$1] }
    END { for (r in readings) for (p in place)
              if (r != "paper" && value[r, p] != value["paper", p]) print r, place[p] }' \
    "$scratch/out/readings.csv" | LC_ALL=C sort -u >"$scratch/changes"

expect "rows of a reading" "$(grep -c '^paper,' "$scratch/out/readings.csv")" 102

# reaches READING TEXT...: it changes rank correlations of each of these transformations.
reaches() {
    reading=$1 && shift
    for text in "$@"; do
        grep -q "^$reading rho $text\$" "$scratch/changes" ||
            fail "$reading does not change rho of $text"
    done
}
# only READING PATTERN: all that it changes matches.
only() {
    if grep "^$1 " "$scratch/changes" | grep -v -E "$2"; then
        fail "$1 changes more than it is about"
    fi
}

reaches redrawn PN EN && only redrawn ' (PN|EN)$'
for reading in float float-originals float-warped; do
    reaches $reading PS TS PN EN MP16 MP320
done
reaches unmatched PS TS PN EN
reaches not-16-bit PS TS && only not-16-bit ' (PS|TS|PN|EN)$'
reaches one-draw PN EN && only one-draw ' (PN|EN)$'
reaches mp3-at-44100 MP320 && only mp3-at-44100 ' (MP320|PN|EN)$'
reaches centre PS TS PN EN MP16 MP320
only centre '^centre (within audio|accuracy|rho) '
reaches frames-1024 PS TS PN EN MP16 MP320
only frames-1024 '^frames-1024 (within audio|accuracy|rho) '
reaches width-128 PS TS PN EN MP16 MP320
only width-128 '^width-128 (within latent|accuracy|rho) '
for reading in rho-by-clip without-own rho-as-printed; do
    reaches $reading PS TS PN EN MP16 MP320
    only $reading "^$reading rho "
done
