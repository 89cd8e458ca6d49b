#!/bin/sh
# Kills the writer at each of its writes, and lets each of them fail with ENOSPC and EIO: afterwards
# every acknowledged batch is there and the cache is clean.
set -u
cd "$(dirname "$0")/../.." || exit 1
program=build/tests/crash/test_kill
calls=pwrite64,pwritev,writev,ftruncate,fdatasync,fsync
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! strace -f -o /dev/null true 2>/dev/null; then
    echo "strace is missing, or may not trace here"
    exit 77
fi
if nm "$program" 2>/dev/null | grep -q '__asan_init\|__tsan_init'; then
    echo "sanitizers do not run under strace"
    exit 77
fi

# inject HOW NAME: one run for each write, until the program gets through all of its own
inject() {
    n=1
    while [ "$n" -le 200 ]; do
        rm -rf "$folder/cache"
        strace -f -o /dev/null -e trace=$calls -e inject="$calls:$1:when=$n" \
            "$program" write "$folder/cache" 0 4 >"$folder/acknowledged" 2>"$folder/said"
        status=$?
        if [ $status = 99 ]; then
            echo "$2 at write $n: the cache cannot be read any more"
            cat "$folder/said"
            exit 1
        fi
        acknowledged=$(wc -l <"$folder/acknowledged")
        if ! "$program" check "$folder/cache" "$acknowledged" 2>"$folder/why"; then
            echo "$2 at write $n, exit $status: $acknowledged acknowledged"
            cat "$folder/said" "$folder/why"
            exit 1
        fi
        [ "$status" = 0 ] && [ "$acknowledged" = 4 ] && [ "$n" -gt "$3" ] && break
        n=$((n + 1))
    done
    echo "$2: $n writes"
    [ "$n" -gt "$3" ] && [ "$n" -le 200 ] || exit 1
}
inject signal=KILL kill 8
inject error=ENOSPC ENOSPC 8
inject error=EIO EIO 8
