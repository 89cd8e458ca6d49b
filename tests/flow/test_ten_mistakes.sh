#!/bin/sh
# Requests that are wrong: every mistake of a workflow at once, each with its place and the name
# that was meant; commands, options, files, steps and caches that are not there. Nothing is run.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 2
cat >"$scratch/ten.yaml" <<YAML
kindred: 1
vars: { seed: 7 }
steps:
  songs: { kind: dataset.foldr, path: music }
  folk: { kind: dataset.folder, path: music, grup: "--" }
  cut: { kind: excerpt, of: mroe, seconds: 3 }
  short: { kind: excerpt, of: more, seconds: 0.001 }
  late: { kind: excerpt, of: more, position: centr }
  seeded: { kind: excerpt, of: more, seed: \$sed }
  warped: { kind: transform, of: more, for: { transformation: PS, magnitude: [1, 2] } }
  odd: { kind: transform, of: again, for: { transformation: QS, magnitude: 1 } }
  table: { kind: table, of: within, over: all }
  again: { kind: excerpt, of: more }
  z: { kind: encode.mfcc, of: seeded, kepe: false }
  more: { kind: dataset.folder, path: music }
YAML
refused() { # exit-code arguments…: leaves messages in $scratch/err; nothing on standard output
    wanted=$1 code=0
    shift
    "$kindred" "$@" >"$scratch/out" 2>"$scratch/err" || code=$?
    [ "$code" = "$wanted" ] || fail "kindred $*: exit $code, wanted $wanted: $(cat "$scratch/err")"
    [ ! -s "$scratch/out" ] || fail "kindred $*: $(cat "$scratch/out")"
}
says() {
    grep -qF -- "$1" "$scratch/err" || fail "no word of «$1» in: $(cat "$scratch/err")"
}

for command in run check plan graph; do
    refused 2 $command "$scratch/ten.yaml"
    expect "errors with a place" "$(grep -cE 'ten\.yaml:[0-9]+:[0-9]+: error: ' "$scratch/err")" 10
    expect "carets" "$(grep -cE '^ +\| +\^~*$' "$scratch/err")" 10
    says '10 errors, nothing was run'
done
at() { # line:column words
    grep -E "ten\.yaml:$1: error: " "$scratch/err" | grep -qF -- "$2" ||
        fail "no error at $1 that says «$2»: $(cat "$scratch/err")"
}
at 4:18 "there is no kind 'dataset.foldr'; did you mean 'dataset.folder'?"
at 5:46 "unknown parameter 'grup' of kind 'dataset.folder'; did you mean 'group'?"
at 6:29 "there is no step 'mroe'; did you mean 'more'?"
at 7:46 "parameter 'seconds' is 0.001, wanted 0.01 to 3600 s"
at 8:46 "did you mean 'centre'?"
at 9:44 "did you mean 'seed'?"
at 10:34 "takes clips, but 'more' gives catalog"
at 11:61 "did you mean 'PS'?"
at 12:29 "there is no step 'within'"
at 14:39 "unknown parameter 'kepe'"
[ ! -e "$scratch/cache" ] || fail "a workflow with mistakes makes a cache"

workflow=$scratch/w.yaml
small_workflow "$workflow" "$scratch/music"
# name of the case, what it says
refused 2 runn "$workflow"
says "no command is called 'runn'; did you mean 'run'?"
refused 2 run "$workflow" --keep-goin
says "unknown option '--keep-goin'; did you mean '--keep-going'?"
refused 2 check "$workflow" --stats=x
says "unknown option '--stats=x'"
refused 2 run
says 'which workflow?'
refused 2 run "$scratch/absent.yaml"
says "'$scratch/absent.yaml': No such file or directory"
refused 2 run "$scratch"
says "'$scratch': Is a directory"
for command in run plan why get; do
    refused 2 $command "$workflow" withn
    says "there is no step 'withn'; did you mean 'within'?"
    refused 2 $command "$workflow" 'warped[transformatoin=PS]'
    says "step 'warped' has no axis 'transformatoin'; did you mean 'transformation'?"
    refused 2 $command "$workflow" 'warped[transformation=PX]'
    says "axis 'transformation' of step 'warped' has no value 'PX'; did you mean 'P"
done
refused 2 run "$workflow" --set sed=3
says "this workflow has no variable 'sed'; did you mean 'seed'?"
refused 2 run "$workflow" --set seed
says '--set wants NAME=VALUE'
refused 2 run "$workflow" --set seed=many
says "parameter 'seed' is 'many', wanted a"
refused 2 run "$workflow" -j none
says '-j wants a number of threads'
refused 2 run "$workflow" --stats
says '--stats wants a value'
sed 's|path: [^,]*|path: nowhere|' "$workflow" >"$scratch/nowhere.yaml"
refused 1 run "$scratch/nowhere.yaml"
says "nowhere.yaml:5: step 'songs'"
says "$scratch/nowhere'"

# A cache that cannot be used: 3, and what to do about it.
unusable() { # folder words
    refused 3 run "$workflow" --cache "$1" --out "$scratch/results"
    says "$1"
    says "$2"
}
echo 'not a folder' >"$scratch/file"
unusable "$scratch/file" 'is a file, wanted a folder'
mkdir "$scratch/corrupt"
head -c 65536 /dev/urandom >"$scratch/corrupt/data.mdb"
cp "$scratch/corrupt/data.mdb" "$scratch/before"
unusable "$scratch/corrupt" 'move it away, or choose another folder with --cache'
cmp "$scratch/before" "$scratch/corrupt/data.mdb" || fail "a foreign file was changed"
[ ! -e "$scratch/results" ] || fail "results without a cache"
mkdir "$scratch/locked"
if [ "$(id -u)" = 0 ]; then # whom permission bits do not bind
    cp "$kindred" "$scratch/program"
    chown -R 65534:65534 "$scratch"
    cat >"$scratch/kindred" <<EOS
#!/bin/sh
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$scratch/program" "\$@"
EOS
    chmod +x "$scratch/kindred"
    kindred=$scratch/kindred
fi
chmod 555 "$scratch/locked"
unusable "$scratch/locked" 'choose another with --cache'
unusable "$scratch/locked/inner" 'choose another with --cache'
