# What the flow tests share: a scratch folder, a few real songs, a small workflow, and questions
# about the statistics of a run. Source it: . "$(dirname "$0")/lib.sh"
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
kindred=$root/build/kindred
scratch=$(mktemp -d)
trap '[ -n "${KEEP_SCRATCH-}" ] || rm -rf "$scratch"' EXIT
export KINDRED_CACHE="$scratch/cache"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Copies the first N excerpts of the shipped music to a folder.
some_music() { # folder count
    mkdir -p "$1"
    find "$root/tests/data/music" -name '*.ogg' -o -name '*.mp3' | LC_ALL=C sort | head -n "$2" |
        while read -r file; do cp "$file" "$1/"; done
}

# Little-endian bytes of a number: le BYTES NUMBER
le() {
    left=$1 number=$2
    while [ "$left" -gt 0 ]; do
        # shellcheck disable=SC2059
        printf "\\$(printf %o $((number % 256)))"
        number=$((number / 256)) left=$((left - 1))
    done
}

# The header of a WAV file of 32-bit floats: CHANNELS RATE BYTES
wav_header() {
    printf RIFF
    le 4 $((36 + $3))
    printf 'WAVEfmt '
    le 4 16
    le 2 3
    le 2 "$1"
    le 4 "$2"
    le 4 $(($2 * $1 * 4))
    le 2 $(($1 * 4))
    le 2 32
    printf data
    le 4 "$3"
}

# Of a WAV file that kindred wrote: its samples (32-bit floats), its rate.
wav_samples() {
    tail -c +81 "$1"
}
wav_rate() {
    od -A n -t u4 -j 24 -N 4 "$1" | tr -d ' '
}

# A workflow with two magnitudes of each transformation.
small_workflow() { # file music-folder
    cat >"$1" <<YAML
kindred: 1
title: a small experiment
vars: { seed: 7 }
steps:
  songs: { kind: dataset.folder, path: $2, group: "--", on_error: skip }
  originals: { kind: excerpt, of: songs, seconds: 3, sample_rate: 22050, seed: \$seed }
  warped:
    kind: transform
    of: originals
    match: ebur128
    seed: \$seed
    for:
      - { transformation: PS, magnitude: [-1, 0.5] }
      - { transformation: TS, magnitude: [0.9, 1.1] }
      - { transformation: PN, magnitude: [10, 30] }
      - { transformation: EN, magnitude: [10, 30] }
      - { transformation: MP, magnitude: [16, 128] }
  a: { kind: mfcc, of: warped, drop_first: true, layout: frames-first }
  a0: { kind: mfcc, of: originals, drop_first: true, layout: frames-first }
  da: { kind: distance, from: a, to: a0, for: { d_audio: [dtw, simple] }, metric: \$d_audio }
  z: { kind: encode.mfcc, of: warped, for: { encoder: MFCC } }
  z0: { kind: encode.mfcc, of: originals, for: { encoder: MFCC } }
  dz:
    { kind: distance, from: z, to: z0, for: { d_latent: [euclidean, cosine] }, metric: \$d_latent }
  within_a: { kind: within, of: da, for: { space: audio }, rename: { d_audio: distance } }
  within_z: { kind: within, of: dz, for: { space: latent }, rename: { d_latent: distance } }
  agreement: { kind: between, audio: da, latent: dz, for: { measure: [accuracy, rho] } }
  within:
    kind: table
    of: [within_a, within_z]
    over: all
    columns: [space, distance, encoder, transformation, magnitude, magnitude01, trial=, consistency]
    file: within.csv
  between:
    kind: table
    of: agreement
    over: all
    columns: [measure, d_audio, d_latent, encoder, transformation, magnitude, magnitude01, trial=,
              consistency]
    file: between.csv
YAML
}

# A number of a step in a --stats file: stat FILE STEP KEY
stat() {
    awk -v step="\"name\":\"$2\"" -v key="\"$3\":" '
        index($0, step) {
            at = index($0, key)
            if (!at) { print 0; exit }
            rest = substr($0, at + length(key)); sub(/[,}].*/, "", rest); print rest
        }' "$1"
}

# Adds a number up over all steps.
stat_sum() { # file key
    awk -v key="\"$2\":" '
        { at = index($0, key) }
        at && /"name"/ { rest = substr($0, at + length(key)); sub(/[,}].*/, "", rest); sum += rest }
        END { print sum + 0 }' "$1"
}

# Fails with the contents of a file that ought to say something else.
shows() { # pattern file message
    grep -q "$1" "$2" || { cat "$2" >&2; fail "$3"; }
}

expect() { # what found wanted
    [ "$2" = "$3" ] || fail "$1: found $2, wanted $3"
}

same_results() { # folder folder
    for file in within.csv between.csv; do
        cmp "$1/$file" "$2/$file" || fail "$file differs between $1 and $2"
    done
}
