#!/bin/sh
# One edit of each sort, and what why says of it: whole texts, and, from the JSON, that the first
# causes are what was edited and nothing else.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 3
workflow=$scratch/w.yaml
pristine() {
    cat >"$workflow" <<YAML
kindred: 1
vars: { cents: [-1, 1] }
steps:
  songs: { kind: dataset.folder, path: $scratch/music, group: "--" }
  originals: { kind: excerpt, of: songs, seconds: 1, sample_rate: 8000, seed: 3 }
  warped:
    kind: transform
    of: originals
    for: { transformation: PS, magnitude: \$cents }
    keep: false
  z: { kind: encode.mfcc, of: warped }
  z0: { kind: encode.mfcc, of: originals }
  dz: { kind: distance, from: z, to: z0, metric: euclidean }
  nearest: { kind: within, of: dz }
  within: { kind: table, of: nearest, over: all, file: within.csv }
YAML
}
pristine
run() {
    "$kindred" run "$workflow" --out "$scratch/out" "$@" >"$scratch/log" 2>&1 ||
        { cat "$scratch/log" >&2; fail "run $*"; }
}

# What differs from machine to machine and from day to day becomes a word.
scrub() {
    sed -e "s|$scratch|DIR|g" -e 's/[0-9a-f]\{12\}…/DIGEST/g' \
        -e 's/made 2[-0-9]* [0-9:]* UTC/made WHEN/' -e 's/; the bytes/;\nthe bytes/' \
        -e 's/\[magnitude=\([-0-9.]*\),transformation=PS\]/[\1]/g' \
        -e 's/in [0-9.]* s by kindred [^ ]* on [^ ]* (CPU [^)]*)/by WHOM/' \
        -e 's/about [-0-9.e+]* s of one core/TIME/' -e 's/not measured yet/TIME/' "$1"
}
explains() { # what is said on standard input, for: the arguments of why
    cat >"$scratch/wanted"
    "$kindred" why "$workflow" "$@" >"$scratch/raw" || fail "why $*"
    scrub "$scratch/raw" >"$scratch/found"
    diff -u "$scratch/wanted" "$scratch/found" >&2 || fail "why $*"
}
# The first causes in the JSON, as «STEP REASON», sorted.
causes() { # step wanted…
    step=$1
    shift
    "$kindred" why "$workflow" "$step" --json >"$scratch/json" || fail "why $step --json"
    found=$(sed -n '/"causes":\[/,$p' "$scratch/json" |
        sed -n 's/^{"instance":.*"step":"\([^"]*\)".*"because":{"reason":"\([^"]*\)".*/\1 \2/p' |
        sort | tr '\n' ',')
    expect "first causes of $step" "$found" "$*"
}

# Nothing ran yet: the sources are where it begins.
explains within <<'TEXT'
within waits for what has to run first:
  nearest[-1] waits for what has to run first:
    dz[-1] waits for what has to run first:
      z[-1] waits for what has to run first:
        warped[-1] waits for what has to run first:
          originals waits for what has to run first:
            songs never ran in this workflow
first cause: songs: never ran in this workflow
to bring it up to date: 12 instances, 30 items, TIME
of the whole workflow 12 instances depend on what changed
TEXT
causes within 'songs never-run,'

# All is there: who made it, when, where.
run
explains within <<'TEXT'
within is up to date: made WHEN by WHOM (key DIGEST), from this cache
TEXT
explains 'warped[magnitude=1]' <<'TEXT'
warped[1] is up to date: made WHEN by WHOM (key DIGEST), from this cache;
the bytes of 3 items were dropped, and are made again when needed
TEXT
"$kindred" why "$workflow" within --json >"$scratch/json"
shows '"made":{"key":"[0-9a-f]*","at":"2[^"]*Z","seconds":.*"program":"kindred ' "$scratch/json" \
    'the JSON of a hit does not say who made it and when'
shows '"cpu":"v[1-4]",.*"source":"this cache","signer":null' "$scratch/json" \
    'the JSON of a hit does not say where it comes from'

shows '"libraries":"FFTW [0-9.]*, OpenBLAS [0-9.]*, libsndfile [0-9.]*, ' "$scratch/json" \
    'the JSON of a hit does not say which libraries made it'

# param: an axis value, from a variable.
sed -i 's/cents: \[-1, 1\]/cents: [-1, 1.5]/' "$workflow"
explains within <<'TEXT'
within waits for what has to run first:
  input of: other instances   (DIR/w.yaml:15:3)
    [1.5] is new
    [1] is gone
  nearest[1.5] waits for what has to run first:
    dz[1.5] waits for what has to run first:
      z[1.5] waits for what has to run first:
        warped[1.5] would run; it is new, most like 'warped[1]' of the last run:
          param magnitude: 1 → 1.5   (DIR/w.yaml:2:21)
first cause: warped[1.5]: param magnitude: 1 → 1.5   (DIR/w.yaml:2:21)
to bring it up to date: 5 instances, 11 items, TIME
of the whole workflow 5 instances depend on what changed
TEXT
causes within 'warped param,'

"$kindred" why "$workflow" within --set 'cents=[-1, 2]' >"$scratch/raw"
shows '^first cause: .*: param magnitude: 1 → 2   (.*w.yaml:9:' "$scratch/raw" \
    'why does not tell where a variable of --set is used'

# The same when a part of it ran since then.
run z
causes within 'warped param,'
pristine
run

# param: in the middle, also one that falls back to its default; two edits are two causes.
sed -i -e 's/metric: euclidean/metric: cosine/' -e 's/seconds: 1, /seconds: 2, /' "$workflow"
causes within 'dz param,originals param,'
pristine
sed -i 's/, seed: 3//' "$workflow"
explains originals <<'TEXT'
originals would run; against the last run:
  param seed: 3 → 0   (default)
first cause: originals: param seed: 3 → 0   (default)
to bring it up to date: 1 instance, 3 items, TIME
of the whole workflow 11 instances depend on what changed
TEXT
pristine

# input-content: another file of the same name. input-set: a file more, a file less.
set -- "$scratch"/music/*
cp "$1" "$scratch/kept"
cat "$2" >"$1"
name=$(basename "${1%.*}")
"$kindred" why "$workflow" songs >"$scratch/raw"
shows "  item '$name' changed" "$scratch/raw" 'why does not name the changed file'
causes within 'songs input-content,'
mv "$1" "$scratch/music/zz--new.${1##*.}"
causes within 'songs input-set,'
"$kindred" why "$workflow" songs >"$scratch/raw"
shows "  item '$name' is gone" "$scratch/raw" 'why does not name the file that is gone'
shows "  item 'zz--new' is new" "$scratch/raw" 'why does not name the new file'
rm "$scratch"/music/zz--new.*
mv "$scratch/kept" "$1"
causes within ''

# input-set: what is gathered.
sed -i 's/cents: \[-1, 1\]/cents: [-1]/' "$workflow"
explains within <<'TEXT'
within would run; against the last run:
  input of: other instances   (DIR/w.yaml:15:3)
    [1] is gone
first cause: within: input of: other instances   (DIR/w.yaml:15:3)
to bring it up to date: 1 instance, 1 item, TIME
of the whole workflow 1 instance depends on what changed
TEXT
causes within 'within input-set,'
pristine

# kind-version: another kind under the same name (another version: test_why.c).
sed -i -e 's/z0: { kind: encode.mfcc/z0: { kind: mfcc/' \
    -e "s/to: z0/to: 'z[magnitude=1]'/" "$workflow"
"$kindred" why "$workflow" z0 >"$scratch/raw"
shows 'kind: encode.mfcc 1 → mfcc [0-9]*   (.*w.yaml:12:3)' "$scratch/raw" \
    'why does not tell the kind'
pristine

# never-run: a new step; nothing else changed.
echo '  other: { kind: table, of: nearest, over: all, columns: [magnitude] }' >>"$workflow"
explains other <<'TEXT'
other never ran in this workflow
first cause: other: never ran in this workflow
to bring it up to date: 1 instance, 1 item, TIME
of the whole workflow 1 instance depends on what changed
TEXT
pristine

# output-missing: bytes that were dropped are made again for a step that needs them.
sed -i 's/of: warped }/of: warped, crop: centre, samples: 4000 }/' "$workflow"
"$kindred" why "$workflow" 'z[magnitude=1]' >"$scratch/raw"
shows '^  of: 3 of its items were dropped, 0 are lost' "$scratch/raw" \
    'why does not tell that dropped bytes are made again'
pristine

# forced
explains z0 --force <<'TEXT'
z0 runs again: asked for with --force
first cause: z0: asked for with --force
to bring it up to date: 1 instance, 3 items, TIME
of the whole workflow 6 instances depend on what changed
TEXT
run z0 --force --stats "$scratch/stats"
expect 'items of z0 when forced' "$(stat "$scratch/stats" z0 computed)" 3
run --stats "$scratch/stats"
expect 'items after the same bytes' "$(stat_sum "$scratch/stats" computed)" 0
