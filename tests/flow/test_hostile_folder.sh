#!/bin/sh
# A folder with everything that goes wrong with audio files, beside good ones: each bad file is
# named with what was found and what was wanted, as on_error says, and the good ones are as they
# are alone.
. "$(dirname "$0")/lib.sh"

good=$scratch/good
bad=$scratch/bad
some_music "$good" 5
"$kindred" apply transform -p transformation=OG -p magnitude=0 "$good"/* -o "$scratch/decoded/"
for file in "$scratch"/decoded/*.wav; do wav_samples "$file"; done >"$scratch/samples"
rate=$(wav_rate "$file")
{
    wav_header 6 "$rate" $((rate * 5 * 6 * 4))
    cat "$scratch/samples" "$scratch/samples" | head -c $((rate * 5 * 6 * 4))
} >"$good/surround.wav"
{
    wav_header 1 8000 $((8000 * 5 * 4))
    head -c $((8000 * 5 * 4)) "$scratch/samples"
} >"$good/telephone.wav"

cp -R "$good" "$bad"
mp3=$(find "$root/tests/data/music" -name '*.mp3' | LC_ALL=C sort | tail -n 1)
head -c $(($(wc -c <"$mp3") / 2)) "$mp3" >"$bad/cut-off.mp3"
: >"$bad/empty.wav"
{
    wav_header 1 22050 $((22050 * 5 * 4))
    head -c $((22050 * 5 * 4)) /dev/zero
} >"$bad/silent.wav"
{
    wav_header 1 22050 $((2205 * 4))
    head -c $((2205 * 4)) "$scratch/samples"
} >"$bad/blip.wav"
echo 'This is no music, whatever it is called.' >"$bad/text.wav"
cp "$good/telephone.wav" "$bad/forbidden.wav"
chmod 000 "$bad/forbidden.wav"

workflow() { # file folder on_error
    small_workflow "$1" "$2"
    sed -i "s/on_error: skip/on_error: $3/" "$1"
}
workflow "$scratch/good.yaml" "$good" skip
for how in skip report stop; do workflow "$scratch/$how.yaml" "$bad" $how; done

# Permission bits do not bind root: it runs this as nobody.
as_user=''
if [ "$(id -u)" = 0 ]; then
    cp "$kindred" "$scratch/kindred"
    kindred=$scratch/kindred
    chown -R 65534:65534 "$scratch"
    as_user='setpriv --reuid=65534 --regid=65534 --clear-groups'
fi
run() { # name options…: leaves the exit code in $code, messages in $scratch/NAME.log
    name=$1
    shift
    code=0
    $as_user "$kindred" run "$scratch/$name.yaml" --out "$scratch/out/$name" "$@" \
        >"$scratch/$name.out" 2>"$scratch/$name.log" || code=$?
}
says() { # log, level, item, what of it
    grep -E "^$2: .*\.yaml:[0-9]+: step 'songs': item '$3'.*$4" "$1" >/dev/null || {
        cat "$1" >&2
        fail "no $2 about $3 that says '$4'"
    }
}
names_all() { # log level
    says "$1" "$2" cut-off 'ends? (early|after)|truncated'
    says "$1" "$2" empty 'empty|0 bytes'
    says "$1" "$2" silent 'silen'
    says "$1" "$2" blip '0\.1(00)? s.*wanted'
    says "$1" "$2" text 'not .*audio|no audio|format'
    says "$1" "$2" forbidden 'permission'
    expect "lines that name an item" "$(grep -c "step 'songs': item '" "$1")" 6
    ! grep -qE "item '(surround|telephone)'" "$1" || fail "5.1 or 8 kHz is refused"
}

run good
expect "exit code, good files" "$code" 0
expect "good songs" "$(find "$good" -type f | wc -l)" 7
! grep -q '^warning\|^error' "$scratch/good.log" || fail "good files: $(cat "$scratch/good.log")"

run skip
expect "exit code, on_error: skip" "$code" 0
names_all "$scratch/skip.log" warning
same_results "$scratch/out/good" "$scratch/out/skip"
run skip
expect "exit code, on_error: skip, warm" "$code" 0
grep -q '^nothing to do' "$scratch/skip.log" || fail "a warm run over bad files does something"
grep -q "^warning: .*step 'songs'.* 6 items" "$scratch/skip.log" ||
    fail "a warm run forgets what was left out: $(cat "$scratch/skip.log")"

run report
expect "exit code, on_error: report" "$code" 1
names_all "$scratch/report.log" error
same_results "$scratch/out/good" "$scratch/out/report"
run report
expect "exit code, on_error: report, warm" "$code" 1
names_all "$scratch/report.log" error

grep -q "^6 items failed" "$scratch/report.log" || fail "no word of failures at the end"

run stop
expect "exit code, on_error: stop" "$code" 1
grep -qE "\.yaml:[0-9]+: step 'songs': item '[a-z-]*': .*\(on_error: stop\)" "$scratch/stop.log" ||
    fail "on_error: stop does not say where: $(cat "$scratch/stop.log")"
! grep -q "is lost" "$scratch/stop.log" ||
    fail "on_error: stop does not say why: $(cat "$scratch/stop.log")"
[ ! -e "$scratch/out/stop/within.csv" ] || fail "on_error: stop wrote results"
