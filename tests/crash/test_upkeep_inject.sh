#!/bin/sh
# gc, compact and repair killed at each of their writes, or with that write failing with ENOSPC or
# EIO: afterwards the cache is sound, the same command gets through, and results are the same bytes.
set -u
cd "$(dirname "$0")/../.." || exit 1
kindred=$PWD/build/kindred
calls=pwrite64,pwritev,writev,write,ftruncate,fdatasync,fsync,rename,mkdir,unlink,rmdir
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! strace -f -o /dev/null true 2>/dev/null; then
    echo "strace is missing, or may not trace here"
    exit 77
fi
if nm "$kindred" 2>/dev/null | grep -q '__asan_init\|__tsan_init'; then
    echo "sanitizers do not run under strace"
    exit 77
fi
fail() {
    echo "FAILED: $*"
    exit 1
}

# A workflow over a few vectors, run twice with another factor in between, so that gc has something
# to remove; and a copy with damage for repair.
cat >"$folder/w.yaml" <<'YAML'
kindred: 1
vars: { factor: 2 }
steps:
  v: { kind: vectors.npy, file: v.npy }
  x: { kind: template, of: v, factor: $factor }
  y: { kind: template, of: x, for: { factor: [2, 3] } }
  d: { kind: distance, from: y, to: v, metric: euclidean }
  w: { kind: within, of: d }
  t: { kind: table, of: w, over: all, columns: [factor, consistency], file: t.csv }
YAML
{
    printf '\223NUMPY\001\000v\000'
    printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 3), }"
    printf 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst'
} >"$folder/v.npy"
run() { # cache out [option…]
    "$kindred" run "$folder/w.yaml" --cache "$1" --out "$2" $3 >"$folder/log" 2>&1
}
run "$folder/whole" "$folder/other" '--set=factor=5' || fail "the first run: $(cat "$folder/log")"
run "$folder/whole" "$folder/golden" '' || fail "the second run"
"$kindred" cache gc --keep-runs 1 --dry-run --cache "$folder/whole" >"$folder/said"
grep -q '^would remove [1-9]' "$folder/said" || fail "there is nothing for gc to do"
cp -R "$folder/whole" "$folder/damaged"
# one byte of each of the stored numbers that look like the vectors' own
offset=$(grep -obaF 'abcdefghijkl' "$folder/damaged/data.mdb" | head -n 1 | cut -d : -f 1)
printf Z | dd of="$folder/damaged/data.mdb" bs=1 seek=$((offset + 3)) conv=notrunc status=none
"$kindred" cache verify --cache "$folder/damaged" >/dev/null && fail "the damage is none"

# inject START HOW NAME command…: one run for each write, until the command gets through all of its
# own
inject() {
    start=$1 how=$2 name=$3
    shift 3
    n=1
    while [ $n -le 300 ]; do
        rm -rf "$folder/cache"
        cp -R "$start" "$folder/cache"
        strace -f -o "$folder/trace" -e trace=$calls -e inject="$calls:$how:when=$n" \
            "$kindred" "$@" --cache "$folder/cache" >"$folder/said" 2>&1
        status=$?
        injected=$(grep -c 'INJECTED\|killed by SIGKILL' "$folder/trace")
        if [ "$start" = "$folder/whole" ]; then
            "$kindred" cache verify --cache "$folder/cache" >"$folder/why" 2>&1 ||
                fail "$name at write $n (exit $status): $(cat "$folder/said" "$folder/why")"
        fi
        "$kindred" "$@" --cache "$folder/cache" >"$folder/why" 2>&1 ||
            fail "$name at write $n (exit $status), again: $(cat "$folder/said" "$folder/why")"
        "$kindred" cache verify --cache "$folder/cache" >"$folder/why" 2>&1 ||
            fail "$name at write $n (exit $status), verify: $(cat "$folder/why")"
        run "$folder/cache" "$folder/out" '' || fail "$name at write $n, run: $(cat "$folder/log")"
        cmp "$folder/out/t.csv" "$folder/golden/t.csv" || fail "$name at write $n: other bytes"
        [ "$injected" -gt 0 ] || break
        n=$((n + 1))
    done
    echo "$name: $n writes"
    [ $n -gt 3 ] || fail "$name: too few writes"
    [ $n -le 300 ] || fail "$name: no end"
}
for how in signal=KILL error=ENOSPC error=EIO; do
    inject "$folder/whole" $how "gc $how" cache gc --keep-runs 1
    inject "$folder/whole" $how "compact $how" cache compact
    inject "$folder/damaged" $how "repair $how" cache repair
done
