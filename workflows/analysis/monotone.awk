# Does C^W fall with the distance from no change? From within.csv, for every space, distance and
# transformation: Spearman's correlation of C^W with that distance (semitones, |log tempo|, dB and
# kb/s downwards), the mean, the smallest and the largest C^W.
#
#   awk -f workflows/analysis/monotone.awk results/within.csv | sort
BEGIN { FS = "," }
NR > 1 && $4 != "OG" {
    key = $1 " " $2 " " $4
    n = ++count[key]
    away[key, n] = $4 == "PS" ? abs($5) : $4 == "TS" ? abs(log($5)) : -$5
    within[key, n] = $8
}
END {
    for (key in count) {
        n = count[key]
        low = high = within[key, 1]
        sum = 0
        for (i = 1; i <= n; i++) {
            x[i] = away[key, i]
            y[i] = within[key, i] + 0
            sum += y[i]
            if (y[i] < low) low = y[i]
            if (y[i] > high) high = y[i]
        }
        printf "%-22s spearman %6s  mean %.3f  smallest %.3f  largest %.3f\n", key,
            low == high ? "–" : sprintf("%.3f", spearman(x, y, n)), sum / n, low, high
    }
}

function abs(v) { return v < 0 ? -v : v }

# Ranks from 0, ties share the mean of theirs.
function rank(v, n, out,    i, j) {
    for (i = 1; i <= n; i++) {
        out[i] = -0.5
        for (j = 1; j <= n; j++) out[i] += v[j] < v[i] ? 1 : v[j] == v[i] ? 0.5 : 0
    }
}

function spearman(x, y, n,    i, xy, xx, yy) {
    rank(x, n, rx)
    rank(y, n, ry)
    for (i = 1; i <= n; i++) {
        xy += (rx[i] - (n - 1) / 2) * (ry[i] - (n - 1) / 2)
        xx += (rx[i] - (n - 1) / 2) ^ 2
        yy += (ry[i] - (n - 1) / 2) ^ 2
    }
    return xy / sqrt(xx * yy)
}
