# What each reading changes, from the table of workflows/readings.yaml, as the table of
# docs/fidelity.md:
#
#   awk -f workflows/analysis/readings.awk results/readings.csv results/readings.csv
#
# A cell is the mean change against the paper's reading over the conditions, and the largest one
# with its transformation and magnitude. Readings about some transformations count these alone: a
# change of any parameter also draws the noise anew, which is the row `redrawn`.
BEGIN {
    FS = ","
    about["redrawn"] = about["one-draw"] = "PN EN"
    about["unmatched"] = "PS TS MP"
    about["not-16-bit"] = "PS TS"
    about["mp3-at-44100"] = "MP192 MP320"
    split("within-audio within-latent accuracy rho", measures, " ")
    print "| reading | C^W audio | C^W latent | C^B_acc | C^B_rho |"
    print "| --- | --- | --- | --- | --- |"
}
FNR == 1 { next }
NR == FNR { if ($1 == "paper") paper[$2, $3, $4, $5, $6] = $7; next }
# Exact DTW is a reading of its own: its row is compared with FastDTW's.
$1 == "paper" && $3 == "dtw" { add("dtw", "fastdtw") }
$1 != "paper" && $3 != "dtw" { add($1, $3) }

function add(reading, d_audio,    measure, change, cell) {
    if (reading in about && index(about[reading], $5) == 0) return
    if (reading == "mp3-at-44100" && index(about[reading], $5 $6) == 0) return
    measure = $2 != "within" ? $2 : d_audio != "" ? "within-audio" : "within-latent"
    change = $7 - paper[$2, d_audio, $4, $5, $6]
    if (!(reading in seen)) order[++readings] = reading
    seen[reading] = 1
    cell = reading FS measure
    count[cell]++
    sum[cell] += change
    if (change * change > largest[cell] * largest[cell]) {
        largest[cell] = change
        where[cell] = $5 " " $6
    }
}

function number(x) { return x * x < 0.0005 ^ 2 ? "0.000" : sprintf("%+.3f", x) }

END {
    for (i = 1; i <= readings; i++) {
        line = "| " order[i]
        for (m = 1; m <= 4; m++) {
            cell = order[i] FS measures[m]
            if (!count[cell]) line = line " | –"
            else if (largest[cell] == 0) line = line " | 0"
            else line = line " | " number(sum[cell] / count[cell]) " (" number(largest[cell]) ", " \
                where[cell] ")"
        }
        print line " |"
    }
}
