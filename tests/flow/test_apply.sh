#!/bin/sh
# What `kindred apply` does with a command line: files, ports, outputs, exit codes, messages.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
kindred=$root/build/kindred
reference=${KINDRED_REFERENCE:-$root/tests/reference}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# refused CODE WORDS ARGUMENTS…: the exit code, nothing on standard output, the words in the message
refused() {
    wanted=$1 words=$2
    shift 2
    code=0
    "$kindred" "$@" >"$scratch/out" 2>"$scratch/err" || code=$?
    [ "$code" = "$wanted" ] || fail "kindred $*: exit $code, wanted $wanted"
    [ ! -s "$scratch/out" ] || fail "kindred $*: $(cat "$scratch/out")"
    grep -qF -- "$words" "$scratch/err" || fail "kindred $*: $(cat "$scratch/err")"
    grep -q '^kindred: ' "$scratch/err" || fail "kindred $*: no name before the message"
}

set -- "$reference"/audio/*.wav
clip=$1 other=$2
set -- "$reference"/distance/seq_*.npy
x=$1 y=$2

# one number a line, in the order of the files
"$kindred" apply loudness "$clip" "$other" >"$scratch/both"
for file in "$clip" "$other"; do "$kindred" apply loudness "$file"; done >"$scratch/single"
cmp "$scratch/both" "$scratch/single" || fail 'two files differ from one and one'
[ "$(wc -l <"$scratch/both")" = 2 ] || fail 'two files do not give two lines'
"$kindred" apply loudness of="$clip" -o "$scratch/number.txt"
[ "$(cat "$scratch/number.txt")" = "$(head -n 1 "$scratch/both")" ] || fail 'a number in a file'

# a file, a folder, a stack; options anywhere
"$kindred" apply transform -p transformation=PS "$clip" -p magnitude=1 -o "$scratch/up.wav"
"$kindred" apply loudness "$scratch/up.wav" >/dev/null
"$kindred" apply transform -ptransformation=PN -pmagnitude=0 "$clip" "$other" -o "$scratch/noisy/"
[ "$(find "$scratch/noisy" -name '*.wav' | wc -l)" = 2 ] || fail 'a folder of two clips'
"$kindred" apply encode.mfcc -p crop=first -p samples=30000 "$clip" "$other" -o "$scratch/z.npy"
"$kindred" apply distance -p metric=euclidean "from=$scratch/z.npy" "to=$scratch/z.npy" \
    >"$scratch/d"
awk -F, 'NF != 2 || $NR != 0 { exit 1 } END { if (NR != 2) exit 1 }' "$scratch/d" ||
    fail "distances of two vectors to themselves: $(cat "$scratch/d")"

# a list of sequences makes a matrix
"$kindred" apply distance -p metric=fastdtw -p radius=2 "from=$x" "from=$y" "to=$x" "to=$y" \
    >"$scratch/d"
awk -F, 'NF != 2 || $NR != 0 { exit 1 } END { if (NR != 2) exit 1 }' "$scratch/d" ||
    fail "distances of two sequences to themselves: $(cat "$scratch/d")"

# a table, and the array beside it
"$kindred" apply tsne "$reference/tsne/points.npy" >"$scratch/places"
"$kindred" apply tsne "$reference/tsne/points.npy" -o "$scratch/places.csv"
"$kindred" apply tsne "$reference/tsne/points.npy" -o "$scratch/places.npy"
cmp "$scratch/places" "$scratch/places.csv" || fail 'places printed and in a file differ'
[ "$(head -n 1 "$scratch/places")" = id,x,y ] || fail "columns of places"
od -A n -v -w16 -t f8 -j 128 "$scratch/places.npy" | sed 's/^ *//; s/  */,/' >"$scratch/array"
tail -n +2 "$scratch/places" | paste -d , - "$scratch/array" | awk -F, '
    NF != 5 || ($2 - $4) ^ 2 > 1e-20 || ($3 - $5) ^ 2 > 1e-20 { print; bad = 1 }
    END { exit bad || NR != 200 }' || fail 'places as text and as an array differ'

# the same bytes twice
"$kindred" apply transform -p transformation=EN -p magnitude=3 "$clip" -o "$scratch/1.npy"
"$kindred" apply transform -p transformation=EN -p magnitude=3 "$clip" -o "$scratch/2.npy"
cmp "$scratch/1.npy" "$scratch/2.npy" || fail 'environmental noise differs from run to run'

# what is wrong with a request
refused 2 "did you mean 'mfcc'?" apply mfc "$clip"
refused 2 "did you mean 'magnitude'?" apply transform -p magnitud=1 "$clip"
refused 2 "kind 'transform' needs the parameter 'transformation'" apply transform "$clip"
refused 2 'PS with magnitude 99' apply transform -p transformation=PS -p magnitude=99 "$clip"
refused 2 "kind 'mfcc' needs the input 'of'" apply mfcc
refused 2 "kind 'mfcc' has no input 'to'" apply mfcc "to=$clip"
refused 2 'nothere.wav' apply mfcc "$scratch/nothere.wav"
refused 2 "kind 'within' takes distances, which no file holds" apply within "$x"
refused 2 "unknown option '--fast'" apply mfcc --fast "$clip"
refused 2 "'-o' at the end" apply mfcc "$clip" -o
refused 2 'write it to a file' apply transform -p transformation=OG -p magnitude=0 "$clip"
refused 2 'give a folder' apply transform -p transformation=OG -p magnitude=0 "$clip" "$other" \
    -o "$scratch/two.wav"
refused 2 "metric 'dtw' has no parameter 'window'" apply distance -p metric=dtw -p window=9 \
    "from=$x" "to=$y"
echo 'no audio at all' >"$scratch/text.wav"
refused 2 'text.wav' apply mfcc "$scratch/text.wav"
refused 2 'no command is called' aply
refused 2 'which command?'

# an item that fails is named, and the exit code says so
"$kindred" apply transform -p transformation=OG -p magnitude=0 "$clip" -o "$scratch/whole.wav"
head -c 100 "$scratch/whole.wav" >"$scratch/short.wav"
if "$kindred" apply loudness "$scratch/short.wav" >/dev/null 2>&1; then
    refused 1 'short.wav: ' apply mfcc "$clip" "$scratch/short.wav"
else
    refused 2 'short.wav' apply mfcc "$clip" "$scratch/short.wav"
fi

# every kind has its page
"$kindred" kinds | grep -q '^transform ' || fail 'kinds does not list transform'
"$kindred" kinds | awk '/^[^ ]/ { print $1 }' | while read -r kind; do
    "$kindred" kinds "$kind" >"$scratch/page" || fail "kindred kinds $kind"
    grep -q '^outputs$' "$scratch/page" || fail "kinds $kind: no outputs"
    LC_ALL=C sed 's/[\x80-\xBF]//g' "$scratch/page" | awk 'length($0) > 80 { exit 1 }' ||
        fail "kinds $kind: more than 80 columns"
done
"$kindred" version | grep -q '^kindred [0-9]' || fail version
"$kindred" help apply | grep -q '^usage: kindred apply' || fail 'help apply'
