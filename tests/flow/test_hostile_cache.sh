#!/bin/sh
# A cache where it cannot be: each time a clear error before work starts, exit code 3, and what to
# do; and where it can be, though it does not look so.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 2
small_workflow "$scratch/w.yaml" "$scratch/music"
as_user=''
run() { # cache [option…]: the exit code in $code, messages in $scratch/log
    cache=$1
    shift
    code=0
    $as_user "$kindred" run "$scratch/w.yaml" --cache "$cache" --out "$scratch/out" "$@" \
        >"$scratch/log" 2>&1 || code=$?
}
refused() { # what, pattern
    expect "exit code: $1" "$code" 3
    grep -q "$2" "$scratch/log" || fail "$1 is not named: $(cat "$scratch/log")"
    [ "$(wc -l <"$scratch/log")" -le 2 ] || fail "$1: work was begun: $(cat "$scratch/log")"
    [ ! -e "$scratch/out/within.csv" ] || fail "$1: there are results"
}

# Not a folder; not a cache.
: >"$scratch/file"
run "$scratch/file"
refused 'a file as cache' 'is a file, wanted a folder\|cannot be made: make it'
mkdir "$scratch/foreign"
head -c 20000 "$kindred" >"$scratch/foreign/data.mdb"
run "$scratch/foreign"
refused 'a foreign data.mdb' "not a cache, or its first pages are damaged: move it away"
for command in stat ls verify repair gc compact pin; do
    code=0
    "$kindred" cache $command --cache "$scratch/foreign" >"$scratch/log" 2>&1 || code=$?
    expect "exit code of cache $command on a foreign file" $code 3
    shows 'move it away' "$scratch/log" "cache $command does not say what to do"
    code=0
    "$kindred" cache $command --cache "$scratch/nowhere" >"$scratch/log" 2>&1 || code=$?
    expect "exit code of cache $command without a cache" $code 3
    shows "there is no cache in '.*nowhere'" "$scratch/log" "cache $command invents a cache"
done

# A path of blanks and of letters that are no ASCII.
run "$scratch/ein Cache für Töne"
expect 'exit code: a path with blanks and umlauts' $code 0
cp -R "$scratch/out" "$scratch/golden"
"$kindred" cache gc --max-size 1M --cache "$scratch/ein Cache für Töne" >"$scratch/log"
"$kindred" cache compact --cache "$scratch/ein Cache für Töne" >"$scratch/log"
shows 'ein Cache für Töne: ' "$scratch/log" "compact does not name the path as it is"
run "$scratch/ein Cache für Töne"
same_results "$scratch/golden" "$scratch/out"
rm -rf "$scratch/out"

# Little address space: the map is made smaller. None: said, with the way out.
# A sanitizer takes more than that for itself.
if ! nm "$kindred" 2>/dev/null | grep -q '__asan_init\|__tsan_init'; then
    (
        ulimit -v 4000000
        run "$scratch/small"
        expect 'exit code: 4 GB of address space' $code 0
    ) || fail "with 4 GB of address space: $(cat "$scratch/log")"
    same_results "$scratch/golden" "$scratch/out"
    rm -rf "$scratch/out"
fi

# Without permission. Permission bits do not bind root: it runs this as nobody.
if [ "$(id -u)" = 0 ]; then
    mkdir "$scratch/bin"
    cp "$kindred" "$scratch/bin/kindred"
    kindred=$scratch/bin/kindred
    as_user='setpriv --reuid=65534 --regid=65534 --clear-groups'
    chown -R 65534:65534 "$scratch"
fi
mkdir "$scratch/locked"
chmod 555 "$scratch/locked"
[ -z "$as_user" ] || chown 0:0 "$scratch/locked"
run "$scratch/locked"
refused 'a folder without permission' "cannot be written: ask its owner, or choose another"
run "$scratch/locked/below"
refused 'a folder below one without permission' "cannot be made: make it, or choose another"
run "$scratch/mine"
expect 'exit code: a cache of its own' $code 0
rm -rf "$scratch/out"
chmod 444 "$scratch/mine/data.mdb" "$scratch/mine/lock.mdb"
chmod 555 "$scratch/mine"
run "$scratch/mine"
refused 'a read-only cache' "cannot be written: ask its owner"
for command in stat 'ls --runs' verify 'gc --dry-run'; do
    # shellcheck disable=SC2086
    $as_user "$kindred" cache $command --cache "$scratch/mine" >"$scratch/log" 2>&1 ||
        fail "cache $command of a read-only cache: $(cat "$scratch/log")"
done
chmod 755 "$scratch/mine"
chmod 644 "$scratch/mine/data.mdb" "$scratch/mine/lock.mdb"
as_user=''

# A full disk, before and during. It takes root to mount one.
if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
    exit 0
fi
mkdir "$scratch/disk"
cat >"$scratch/on-a-disk" <<'SH'
set -eu
mount -t tmpfs -o size=1m none "$1/disk"
code=0
"$2" run "$1/w.yaml" --cache "$1/disk/cache" --out "$1/out" >"$1/log" 2>&1 || code=$?
[ $code = 3 ] || { echo "full before: exit code $code"; exit 1; }
grep -q 'no space for the cache\|disk of the cache folder .* is full' "$1/log"
mount -o remount,size=13m "$1/disk"
code=0
"$2" run "$1/w.yaml" --cache "$1/disk/cache" --out "$1/out" >"$1/log" 2>&1 || code=$?
[ $code = 1 ] || { echo "full during: exit code $code"; exit 1; }
grep -q 'no space for the cache' "$1/log"
"$2" cache verify --cache "$1/disk/cache" >"$1/log"
mount -o remount,size=100m "$1/disk"
"$2" run "$1/w.yaml" --cache "$1/disk/cache" --out "$1/out" >"$1/log" 2>&1
SH
unshare -m sh "$scratch/on-a-disk" "$scratch" "$kindred" >"$scratch/said" 2>&1 ||
    fail "a full disk: $(cat "$scratch/said" "$scratch/log")"
same_results "$scratch/golden" "$scratch/out"
