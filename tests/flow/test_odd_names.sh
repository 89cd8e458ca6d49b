#!/bin/sh
# What people mistype leaves nothing behind, and names that are no UTF-8 leave JSON that is.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 2
workflow=$scratch/w.yaml
small_workflow "$workflow" "$scratch/music"

# A STEP that is not there: exit 2, the nearest name, and no cache.
for command in run plan why get; do
    status=0
    "$kindred" $command "$workflow" 'withn[transformation=PS]' 2>"$scratch/err" || status=$?
    expect "exit code of $command with a mistyped step" $status 2
    shows "withn.*did you mean 'within'" "$scratch/err" "$command does not name the nearest step"
    [ ! -e "$scratch/cache" ] || fail "$command with a mistyped step made a cache"
done

# A workflow in a folder whose name is Latin-1, and a file that is no audio: messages are JSON.
odd=$scratch/$(printf 'caf\351')
if ! mkdir "$odd" 2>/dev/null; then
    echo 'this file system takes no name that is not UTF-8'
    exit 77
fi
echo 'no audio' >"$scratch/music/broken.wav"
sed 's/, on_error: skip//' "$workflow" >"$odd/w.yaml"
status=0
"$kindred" run "$odd/w.yaml" originals --log json --out "$scratch/out" 2>"$scratch/log" || status=$?
expect "exit code with a broken file" $status 1
shows '"event":"error","text":".*/caf\\ufffd/w.yaml:5: step' "$scratch/log" \
    "the message does not name the workflow"
iconv -f UTF-8 -t UTF-8 "$scratch/log" >/dev/null || fail 'the log is not UTF-8'
