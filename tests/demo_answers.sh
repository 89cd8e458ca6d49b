#!/bin/sh
# Whether the demo's networks have learned: tests/demo_answers.sh results/answers.csv
# Each task against what knows nothing of the clip: AUC by 0.05 or more above the tags' frequencies,
# accuracy three times that of the most frequent label and at most 0.97 (else it is too easy), an
# error of at most 0.7 times the mean's, SDR 1 dB or more above both the mixture and silence (0 dB).
exec awk -F , '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $column["encoder"] == "VGG" { network[$column["task"]] = $column["performance"] }
    $column["predictor"] == "prior" { prior[$column["task"]] = $column["performance"] }
    function judge(task, good) {
        if (network[task] == "" || prior[task] == "") good = 0
        printf "%s: %s, without hearing the clip %s: %s\n", task, network[task], prior[task],
            good ? "learned" : "NOT LEARNED"
        bad += !good
    }
    END {
        judge("AE", network["AE"] <= 0.7 * prior["AE"])
        judge("AT", network["AT"] >= prior["AT"] + 0.05)
        judge("IR", network["IR"] >= 3 * prior["IR"] && network["IR"] <= 0.97)
        judge("VS", network["VS"] >= (prior["VS"] > 0 ? prior["VS"] : 0) + 1)
        exit bad > 0
    }' "$1"
