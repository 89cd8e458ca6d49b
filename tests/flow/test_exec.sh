#!/bin/sh
# Programs as steps: trust, keys, files in and out, failures, and nothing left behind.
. "$(dirname "$0")/lib.sh"
cd "$scratch"
export TMPDIR="$scratch/tmp"
mkdir tmp
run() { # any options
    "$kindred" run w.yaml --out out --stats stats.json "$@" >run.log 2>&1
}
nothing_left() {
    expect 'folders left behind' "$(find "$TMPDIR" -mindepth 1 | wc -l)" 0
}
fails() { # what, pattern of the message
    ! run --allow-exec || fail "$1 passes"
    shows "$2" run.log "$1"
    nothing_left
}

# ---- a stranger's workflow runs nothing, and nothing of it is computed either ----

refused() { # what, a command
    cat >w.yaml <<YAML
kindred: 1
steps:
  first: { kind: exec, run: [touch, $scratch/first], outputs: { x: number } }
  bad: { kind: exec, run: $2, outputs: { x: number } }
YAML
    sed -i "${3-}" w.yaml
    ! run || fail "$1 ran"
    shows 'give --allow-exec' run.log "$1"
    [ ! -e touched ] && [ ! -e first ] || fail "$1 ran"
    "$kindred" plan w.yaml >plan.log || fail "plan of $1"
    shows 'absent: step .bad.: it would run' plan.log "plan of $1"
    [ ! -e touched ] || fail "plan ran $1"
}
ours=$root/workflows/analysis/gam.R
refused 'a program' "[touch, $scratch/touched]"
refused 'an expression' "[Rscript, -e, 'file.create(\"$scratch/touched\")'], files: [$ours]"
refused 'an option behind the script' "[Rscript, gam.R, --args], files: [$ours]"
refused 'an argument that is an option' "[Rscript, gam.R], arguments: ['-e'], files: [$ours]"
echo "file.create('$scratch/touched')" >gam.R
refused 'a script of its own' '[Rscript, gam.R, within], files: [gam.R]'
refused 'a script beside ours' "[Rscript, gam.R], files: [$ours, $scratch/run.log]"
refused 'a version command' "[Rscript, gam.R], files: [$ours], version: [touch, $scratch/touched]"
"$kindred" check w.yaml >check.log
shows "note: step 'bad': runs: Rscript gam.R" check.log 'check'
shows "note: step 'bad': runs: touch $scratch/touched" check.log 'check of the version'
cat >w.yaml <<'YAML'
kindred: 1
steps:
  a: { kind: exec, run: ["x\e[2J", two words], outputs: { x: table } }
YAML
"$kindred" check w.yaml >check.log
shows "runs: x?.2J 'two words'" check.log 'what a terminal would obey'

# ---- files in, files out ----

{
    wav_header 1 8000 32000
    head -c 32000 /dev/zero
} >clip.wav
{ # an .npy of two vectors
    printf '\223NUMPY\001\000'
    le 2 118
    printf "%-117s\n" "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
    printf '\000\000\200\077\000\000\000\100\000\000\100\100\000\000\200\100'
} >v.npy
cat >make.sh <<'SH'
#!/bin/sh
set -eu
mkdir -p out/clips/sub
cp clip.wav out/clips/one.wav
cp clip.wav out/clips/sub/two.wav
cp v.npy out/vectors.npy
printf 'one\nsub/two\n' >out/vectors.ids.txt
printf 'name,n\n"a, b",%s\n' "$1" >out/rows.csv
printf 'name,value\nmean,0.5\nnone,\n' >out/score.csv
echo "$0 $*" >>log
SH
cat >use.sh <<'SH'
set -eu
cmp v.npy in/vectors/0001.npy
{
    find in -type f | LC_ALL=C sort
    cat in/vectors/0002.ids.txt in/rows/labels.csv in/rows/0002.csv in/score/0001.csv
} | awk 'BEGIN { print "line" } { gsub(/"/, "\"\""); print "\"" $0 "\"" }' >out/lines.csv
SH
write_workflow() {
    cat >w.yaml <<'YAML'
kindred: 1
vars: { version: 1, extra: 10, limit: 60 }
steps:
  made:
    kind: exec
    run: [make.sh]
    arguments: $n
    for: { n: [3, $extra] }
    files: [make.sh, clip.wav, v.npy]
    version: [echo, version, $version]
    time_limit: $limit
    outputs: { rows: { table: [name, n] }, clips: clips, vectors: vectors, score: number }
  used:
    kind: exec
    run: [sh, use.sh]
    files: [use.sh, v.npy]
    over: n
    inputs: { rows: made, clips: made.clips, vectors: made.vectors, score: made.score }
    outputs: { lines: { table: [line] } }
    file: lines.csv
YAML
}
write_workflow
run --allow-exec || { cat run.log; fail 'two programs'; }
nothing_left
cat >wanted.csv <<'CSV'
line
in/clips/0001/one.wav
in/clips/0001/sub/two.wav
in/clips/0002/one.wav
in/clips/0002/sub/two.wav
in/clips/labels.csv
in/rows/0001.csv
in/rows/0002.csv
in/rows/labels.csv
in/score/0001.csv
in/score/0002.csv
in/score/labels.csv
in/vectors/0001.ids.txt
in/vectors/0001.npy
in/vectors/0002.ids.txt
in/vectors/0002.npy
in/vectors/labels.csv
one
sub/two
"file,n"
"0001.csv,3"
"0002.csv,10"
"name,n"
"""a, b"",10"
"name,value"
"mean,0.5"
"none,"
CSV
diff wanted.csv out/lines.csv || fail 'what the second program saw'

# ---- keys: the script, the version, the arguments and the inputs, and nothing else ----

hits() { # what, of made, of used
    run --allow-exec || { cat run.log; fail "$1"; }
    expect "$1: hits of made" "$(stat stats.json made hits)" "$2"
    expect "$1: hits of used" "$(stat stats.json used hits)" "$3"
}
hits 'a second run' 2 1
"$kindred" plan w.yaml --allow-exec --exit-code >plan.log || fail 'plan of a second run'
run --allow-exec --set limit=61 || fail 'another limit'
expect 'another limit' "$(stat stats.json made hits)" 2
touch make.sh && mkdir elsewhere && cp -R w.yaml ./*.sh v.npy clip.wav elsewhere/
(cd elsewhere && "$kindred" run w.yaml --allow-exec --stats ../stats.json >../run.log 2>&1) ||
    fail 'from another folder'
expect 'another folder' "$(stat stats.json made hits)" 2
run --allow-exec --set version=2 || fail 'another version'
expect 'another version' "$(stat stats.json made hits)" 0
expect 'the same bytes stop there' "$(stat stats.json used hits)" 1
run --allow-exec --set extra=11 || fail 'another argument'
expect 'another argument' "$(stat stats.json made hits)" 1
expect 'another input' "$(stat stats.json used hits)" 0
echo '# a comment' >>make.sh
hits 'another script' 0 1
"$kindred" why w.yaml made --allow-exec | grep -q 'is up to date' || fail 'why'
echo '# one more' >>make.sh
"$kindred" why w.yaml made --allow-exec >why.log
shows "item 'make.sh' changed" why.log 'why'
hits 'one more' 0 1
sed 's/\[line\]/[lines]/' w.yaml >w2.yaml
! "$kindred" run w2.yaml --allow-exec >run.log 2>&1 || fail 'another column passes'
shows "output 'lines': out/lines.csv: its columns are line; wanted lines" run.log 'a wrong column'
nothing_left
"$kindred" get w.yaml 'made[n=3]' --allow-exec -o got >/dev/null || fail 'get'
[ -f 'got/made[n=3].clips/sub/two.wav' ] || { find got; fail 'a clip of a program'; }
! "$kindred" get w.yaml 'made[n=3]' -o got >get.log 2>&1 || fail 'get asks a version'
shows 'give --allow-exec' get.log 'get of what is not trusted'
expect 'numbers as a file' "$(sed -n 2p 'got/made[n=3].score.csv')" mean,0.5

# ---- failures ----

one() { # run, outputs, more
    printf 'kindred: 1\nsteps:\n  a: { kind: exec, run: %s, outputs: %s%s }\n' "$1" "$2" "${3-}" \
        >w.yaml
}
one "[sh, -c, 'echo a word; echo no such luck >&2; exit 3']" '{ x: table }'
fails 'an exit code' "step 'a': sh -c .*: exit code 3; it said: a word | no such luck"
echo 'kill -SEGV $$' >signal.sh
one '[sh, signal.sh]' '{ x: table }' ', files: [signal.sh]'
fails 'a signal' 'killed by signal 11 (Segmentation fault)'
one '[sleep, 60]' '{ x: table }' ', time_limit: 1'
fails 'a limit of time' 'sleep 60: stopped after 1 s'
one "['true']" '{ x: table }'
fails 'a missing table' "output 'x': the program wrote no out/x.csv; wanted one of type table"
one "['true']" '{ x: clips }'
fails 'missing clips' 'the program wrote no out/x/; wanted those of type clips'
one "['true']" '{ x: vectors }'
fails 'missing vectors' 'the program wrote no out/x.npy'
one "[sh, -c, 'cp v.npy out/x.npy; echo one >out/x.ids.txt']" '{ x: vectors }' ', files: [v.npy]'
fails 'an id too few' "output 'x': 2 vectors and 1 ids"
one "[sh, -c, 'echo name,value >out/x.csv; echo a,b >>out/x.csv']" '{ x: number }'
fails 'a word for a number' "output 'x': 'out/x.csv': 'a' is 'b', wanted a number"
one "[sh, -c, 'echo a,b >out/x.csv; echo c >>out/x.csv']" '{ x: table }'
fails 'a broken table' "reading 'out/x.csv': line 2: 1 cells, the header has 2"
one "[sh, -c, 'mkdir out/x; echo no >out/x/a.wav']" '{ x: clips }'
fails 'a text for a clip' "output 'x': reading 'out/x/a.wav'"
one '[no-such-program-here]' '{ x: table }' ', packages: [that-package]'
fails 'a missing program' "step 'a': no-such-program-here not found (that-package)"
one "[sh, -c, '']" '{ x: table }' ", version: [sh, -c, 'exit 4']"
fails 'a version command' 'the version command: exit code 4'
one '[sh]' '{ x: table }' ', files: [not-here]'
fails 'a missing file' 'not-here'

# ---- two steps that are the same: one waits for the other, and has its own turn if that fails ----

cat >twin.sh <<SH
echo ran >>$scratch/turns
sleep 0.3
printf 'name,value\nv,1\n' >out/x.csv
exit "\$(cat $scratch/exit)"
SH
cat >w.yaml <<'YAML'
kindred: 1
steps:
  a: { kind: exec, run: [sh, twin.sh], files: [twin.sh], outputs: { x: number } }
  b: { kind: exec, run: [sh, twin.sh], files: [twin.sh], outputs: { x: number } }
YAML
echo 3 >exit
! run --allow-exec --keep-going -j 2 || fail 'two programs that fail pass'
shows "step 'a': sh twin.sh: exit code 3" run.log 'the first of two'
shows "step 'b': sh twin.sh: exit code 3" run.log 'the second of two'
expect 'turns of two that fail' "$(wc -l <turns)" 2
echo 0 >exit
run --allow-exec -j 2 || { cat run.log; fail 'two programs that are the same'; }
expect 'turns of two that are the same' "$(wc -l <turns)" 3
echo 'cp v.npy out/x.npy; printf "1\n1\n" >out/x.ids.txt; sleep 0.3' >twin.sh
sed -i 's/files: .twin.sh./files: [twin.sh, v.npy]/; s/x: number/x: vectors/' w.yaml
! run --allow-exec --keep-going -j 2 || fail 'two programs whose results cannot be kept pass'
for step in a b; do
    shows "step '$step': two items have the id '1'" run.log "the result of $step cannot be kept"
done

# ---- what is missing may be reported instead ----

cat >w.yaml <<'YAML'
kindred: 1
steps:
  a:
    kind: exec
    run: [no-such-program-here]
    packages: [that-package, and-that]
    on_missing: report
    outputs: { x: table, y: number, z: vectors }
    file: x.csv
  b: { kind: exec, run: ['false'], inputs: { x: a }, outputs: { x: table }, file: b.csv }
YAML
run --allow-exec || { cat run.log; fail 'a missing program that is reported'; }
shows "step 'a': not available: no-such-program-here not found (that-package, and-that)" run.log \
    'what is missing'
missing='"no-such-program-here not found (that-package, and-that)"'
expect 'the table' "$(tail -n 1 out/x.csv)" "$missing"
expect 'what comes after' "$(tail -n 1 out/b.csv)" "$missing"
mkdir bin
printf '#!/bin/sh\necho name,value >out/x.csv\necho v,1 >>out/x.csv\ncp out/x.csv out/y.csv\n' \
    >bin/no-such-program-here
cp v.npy bin/
cat >>bin/no-such-program-here <<'SH'
cp "$(dirname "$0")/v.npy" out/z.npy
printf '1\n2\n' >out/z.ids.txt
SH
chmod +x bin/no-such-program-here
sed -i "s/'false'/sh, -c, 'cp in[x].csv out'/; s/in\[x\]/in\/x/" w.yaml
PATH="$scratch/bin:$PATH" run --allow-exec || { cat run.log; fail 'the program is there now'; }
expect 'what it gave' "$(tail -n 1 out/x.csv)" v,1
expect 'what came after' "$(tail -n 1 out/b.csv)" v,1
one "[sh]" '{ x: table }' ", on_missing: report, version: [sh, -c, 'echo the library foo; exit 69']"
run --allow-exec || fail 'a missing library'
shows 'not available: the library foo' run.log 'a missing library'

# ---- Ctrl-C ----

echo "echo \$\$ >$scratch/pid; sleep 60; true" >long.sh
one '[sh, long.sh]' '{ x: table }' ', files: [long.sh]'
"$kindred" run w.yaml --allow-exec >run.log 2>&1 &
running=$!
for _ in $(seq 100); do
    [ ! -s pid ] || break
    sleep 0.1
done
kill -INT "$running"
status=0
wait "$running" || status=$?
expect 'a run that is stopped ends' "$status" 130
! kill -0 "$(cat pid)" 2>/dev/null || fail 'the program is still there'
nothing_left
