#!/bin/sh
# Training: killed and resumed, stopped and resumed, continued to more epochs, on one core and on
# two: the same bytes of models, losses and training states.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 10
{
    echo path,stems.voice
    for song in "$scratch"/music/*; do # each song is its own voice: a stem of the same length
        echo "music/${song##*/},music/${song##*/}"
    done
} >"$scratch/songs.csv"
cat >"$scratch/w.yaml" <<'YAML'
kindred: 1
title: small trainings
vars: { seed: 7, epochs: 5, checkpoint: 0 }
steps:
  songs: { kind: dataset.manifest, file: songs.csv, root: . }
  clips: { kind: excerpt, of: songs, seconds: 3, seed: $seed }
  train: { kind: split, of: songs, part: train, train: 0.7, validation: 0.3, test: 0 }
  validation: { kind: split, of: songs, part: validation, train: 0.7, validation: 0.3, test: 0 }
  scaler: { kind: standardise, of: train, width: 48, seed: $seed }
  net:
    kind: train
    of: train
    validation: validation
    scaler: scaler
    epochs: $epochs
    batch: 3
    width: 48
    channels: 4
    hidden: 16
    checkpoint_seconds: $checkpoint
    seed: $seed
    for: { task: [AE, VS] }
  z: { kind: encode, of: clips, model: net }
YAML

# Runs with the cache NAME; then models, losses, states and embeddings are in the folder NAME-net.
run_net() { # name, what differs
    name=$1
    shift
    "$kindred" run "$scratch/w.yaml" --cache "$scratch/$name" --stats "$scratch/$name.json" "$@" \
        >"$scratch/$name.log" 2>&1 || { cat "$scratch/$name.log"; fail "run $name"; }
}
same_net() { # name, what differs
    name=$1
    shift
    for step in net z; do
        "$kindred" get "$scratch/w.yaml" $step --cache "$scratch/$name" -o "$scratch/$name-net" \
            "$@" >/dev/null
    done
    diff -r "$scratch/golden-net" "$scratch/$name-net" || fail "$name differs"
}

run_net golden
for step in net z; do
    "$kindred" get "$scratch/w.yaml" $step --cache "$scratch/golden" -o "$scratch/golden-net" \
        >/dev/null
done
expect "files of a training" "$(find "$scratch/golden-net" -name '*.kin' | wc -l)" 4
expect "epochs of two trainings" "$(stat "$scratch/golden.json" net epochs)" 10
losses=$(find "$scratch/golden-net" -name '*AE*losses.csv')
expect "lines of losses" "$(wc -l <"$losses")" 6
awk -F , '$2 == "" || $3 == "" { exit 1 }' "$losses" || fail "a loss is missing"

run_net one -j 1
same_net one
run_net two -j 2
same_net two

# Kill after kill: every one loses at most the step in flight, since a checkpoint follows each.
killed=0
for tenths in 2 3 2 4 3 2 3 1 4 2; do
    "$kindred" run "$scratch/w.yaml" --cache "$scratch/killed" >/dev/null 2>&1 &
    pid=$!
    sleep "0.$tenths"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null || true
done
[ $killed -ge 2 ] || fail "only $killed of 10 runs were killed in the middle"
run_net killed
same_net killed

# Ctrl-C keeps a checkpoint of its own accord, although the next would be due in an hour.
"$kindred" run "$scratch/w.yaml" --cache "$scratch/stopped" --set checkpoint=3600 \
    --set epochs=400 >"$scratch/log" 2>&1 &
pid=$!
tries=0 # until it is well on its way, however slow the machine is
until grep -q 'epoch [2-9]' "$scratch/log" || [ $tries = 600 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -INT $pid
code=0
wait $pid || code=$?
expect "exit code after Ctrl-C" $code 130
run_net stopped --set epochs=400 --set checkpoint=3600
done_after=$(stat "$scratch/stopped.json" net epochs)
[ "$done_after" -lt 800 ] || fail "nothing was resumed: $done_after epochs computed"

# More epochs continue from fewer; the interval of checkpoints is in no key.
run_net longer --set epochs=3
expect "epochs of the shorter ones" "$(stat "$scratch/longer.json" net epochs)" 6
run_net longer --set epochs=5 --set checkpoint=30
expect "epochs of the longer ones" "$(stat "$scratch/longer.json" net epochs)" 4
same_net longer
run_net longer --set checkpoint=60
expect "computed for another interval" "$(stat "$scratch/longer.json" net computed)" 0

# Also from fewer that came in a snapshot.
"$kindred" snapshot save "$scratch/short.tar.zst" --cache "$scratch/longer" \
    --for "$scratch/w.yaml" --set epochs=3 --roles results,models >/dev/null
"$kindred" snapshot load "$scratch/short.tar.zst" --cache "$scratch/moved" --trust-unsigned \
    >/dev/null
run_net moved
expect "epochs after a snapshot" "$(stat "$scratch/moved.json" net epochs)" 4
same_net moved

# What is wrong with a dataset is said before the first step.
wrong() { # text, what differs
    text=$1
    shift
    ! "$kindred" run "$scratch/wrong.yaml" --cache "$scratch/wrong" "$@" >"$scratch/log" 2>&1 ||
        fail "no error: $text"
    grep -qF -- "$text" "$scratch/log" || { cat "$scratch/log"; fail "not said: $text"; }
}
sed 's/batch: 3/batch: 30/' "$scratch/w.yaml" >"$scratch/wrong.yaml"
wrong "wanted at least the 30 of a batch"
sed 's/validation: validation/validation: songs/' "$scratch/w.yaml" >"$scratch/wrong.yaml"
wrong "is in both training and validation"
sed 's/\[AE, VS\]/[IR]/' "$scratch/w.yaml" >"$scratch/wrong.yaml"
wrong "0 different labels"
sed 's/batch: 3/batch: 3, stem: drums/; s/^    batch: 3, /    batch: 3\n    /' "$scratch/w.yaml" \
    >"$scratch/wrong.yaml"
wrong "no stem 'drums'"

# Models of one shape take turns in one network: each gives what it gives alone.
sed 's/task: \[AE, VS\]/trial: $trials/; s/seed: 7, epochs: 5/trials: [0, 1, 2], seed: 7, epochs: 1/
     s/^    seed: \$seed/    seed: $trial\n    task: AE/' "$scratch/w.yaml" >"$scratch/turns.yaml"
embeddings() { # cache, trials
    "$kindred" run "$scratch/turns.yaml" z --cache "$scratch/$1" --set "trials=$2" -j 1 \
        >"$scratch/log" 2>&1 || fail "trials $2: $(cat "$scratch/log")"
    "$kindred" get "$scratch/turns.yaml" z --cache "$scratch/$1" --set "trials=$2" \
        -o "$scratch/turns-$1" >/dev/null
}
embeddings together '[0, 1, 2]'
for trial in 0 1 2; do embeddings "alone$trial" "[$trial]"; done
mkdir "$scratch/turns-alone"
cp -R "$scratch"/turns-alone[012]/* "$scratch/turns-alone/"
diff -r "$scratch/turns-together" "$scratch/turns-alone" || fail "models differ in turns"
find "$scratch/turns-together" -type f -exec sha256sum {} + | cut -c 1-64 | sort -u >"$scratch/sums"
expect "different embeddings" "$(wc -l <"$scratch/sums")" 30
