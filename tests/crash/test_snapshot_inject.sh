#!/bin/sh
# Kills a load, and a save, at each of its writes, and lets each of them fail with ENOSPC and EIO:
# the cache is healthy afterwards, the claims are there all or not at all, no half snapshot has the
# name of a whole one, and the next load gives what one load gives.
. "$(dirname "$0")/../flow/lib.sh"
cd "$scratch"
unset KINDRED_CACHE
calls=write,pwrite64,pwritev,writev,ftruncate,fdatasync,fsync,rename

if ! strace -f -o /dev/null true 2>/dev/null; then
    echo "strace is missing, or may not trace here"
    exit 77
fi
if nm "$kindred" 2>/dev/null | grep -q '__asan_init\|__tsan_init'; then
    echo "sanitizers do not run under strace"
    exit 77
fi

some_music music 2
cat >w.yaml <<'YAML'
kindred: 1
title: two excerpts
steps:
  songs: { kind: dataset.folder, path: music }
  clips: { kind: excerpt, of: songs, seconds: 2, sample_rate: 22050 }
YAML
"$kindred" run w.yaml --cache from >said 2>&1 || { cat said; fail 'it does not run'; }
"$kindred" snapshot save s --cache from --for w.yaml >/dev/null
"$kindred" snapshot save wanted --cache from --for w.yaml --plain >/dev/null

ck_cache() { # what happened
    [ -e to/data.mdb ] || return 0 # before there was a cache
    "$kindred" cache verify --cache to >said 2>&1 ||
        { cat said; fail "$1: the cache is not healthy"; }
    claims=$("$kindred" cache ls --cache to 2>/dev/null | wc -l)
    [ "$claims" = 0 ] || [ "$claims" = 2 ] || fail "$1: $claims of 2 claims"
}

# inject HOW: one load for each write, until one gets through all of its own
inject() {
    n=1
    while [ "$n" -le 200 ]; do
        rm -rf to
        status=0
        strace -f -o trace -e trace=$calls -e inject="$calls:$1:when=$n" \
            "$kindred" snapshot load s --cache to --trust-unsigned >said 2>&1 || status=$?
        grep -q 'INJECTED\|killed by' trace || break
        ck_cache "$1 at write $n, exit $status"
        "$kindred" snapshot load s --cache to --trust-unsigned >said 2>&1 ||
            { cat said; fail "$1 at write $n: it cannot be loaded again"; }
        "$kindred" snapshot save found --cache to --for w.yaml --plain >/dev/null
        cmp wanted found || fail "$1 at write $n: the next load gives something else"
        n=$((n + 1))
    done
    echo "loading, $1: $n writes"
    [ "$n" -gt 3 ] || fail "$1: only $n writes"
}
inject signal=KILL
inject error=ENOSPC
inject error=EIO

# save_with HOW: the same for saving over an older file
save_with() {
    n=1
    while [ "$n" -le 200 ]; do
        cp wanted saved
        strace -f -o trace -e trace=$calls -e inject="$calls:$1:when=$n" \
            "$kindred" snapshot save saved --cache from --for w.yaml >said 2>&1 || :
        grep -q 'INJECTED\|killed by' trace || break
        "$kindred" snapshot load saved --cache other --trust-unsigned >said 2>&1 ||
            { cat said; fail "saving, $1 at write $n: a broken file has the name"; }
        n=$((n + 1))
    done
    rm -f saved.part-*
    echo "saving, $1: $n writes"
    [ "$n" -gt 2 ] || fail "saving, $1: only $n writes"
}
save_with signal=KILL
save_with error=ENOSPC
