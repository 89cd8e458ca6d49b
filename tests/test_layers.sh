#!/bin/sh
# Reads every #include in include/ and src/ and fails on one that points up the layers:
#
#   base < (audio ... report | cache) < kind < workflow < engine < cli
#
# The two in brackets, the sciences and the cache, do not know each other; kind does not know the
# cache; workflow and engine name no science.
set -u
cd "$(dirname "$0")/.." || exit
sciences='audio feature transform dataset nn task distance measure report'

# What each module may include, besides itself.
may_include() {
    case $1 in
    base) echo '' ;;
    cache) echo base ;;
    kind) echo "base $sciences" ;;
    workflow) echo base kind ;;
    engine) echo base cache kind workflow ;;
    cli) echo "base $sciences cache kind workflow engine" ;;
    *) echo "base $sciences" ;;
    esac
}

# Libraries that belong to one module: header, module.
owners='lmdb.h cache
yaml.h workflow
archive.h cache
jansson.h cache
sodium.h base
check.h tests'

# include/kindred/X.h belongs to the module that has X.c or is called X. Others are listed here:
# header, module.
others='cache.h cache
snapshot.h cache
given.h kind
workflow.h workflow'

module_of() { # the name of a header in include/kindred
    listed=$(echo "$others" | sed -n "s/^$1 //p")
    [ -z "$listed" ] || { echo "$listed"; return; }
    stem=${1%.h}
    if [ -d "src/$stem" ]; then
        echo "$stem"
    else
        find src -name "$stem.c" | sed 's|^src/\([^/]*\)/.*|\1|'
    fi
}

known="base $sciences cache kind workflow engine cli"
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT
complain() {
    echo "$*" | tee -a "$failures"
}
contains() { # list word
    case " $1 " in *" $2 "*) ;; *) false ;; esac
}
check_module() { # place, module that includes, module included
    [ "$2" = "$3" ] || contains "$(may_include "$2")" "$3" ||
        complain "$1: $2 must not know $3"
}

headers=$(for header in include/kindred/*.h; do
    name=${header#include/kindred/}
    echo "$name $(module_of "$name")"
done)
echo "$headers" | grep -v '^[^ ]* [a-z][a-z]*$' | while read -r line; do
    complain "include/kindred/$line: which module is it? Name it like a .c file, or list it in $0"
done
for folder in src/*/; do
    module=$(basename "$folder")
    contains "$known" "$module" || complain "src/$module: unknown module; give it a place in $0"
done

grep -rnE '^[[:space:]]*#[[:space:]]*include' include src --include='*.[ch]' --include='*.def' \
    --include='*.inc' |
    sed -E 's/^([^:]*:[0-9]*):[^"<]*["<]([^">]*)[">].*$/\1 \2/' >"$failures.includes"
while read -r place included; do
    file=${place%:*}
    case $file in
    include/kindred/*) module=$(echo "$headers" | sed -n "s/^${file#include/kindred/} //p") ;;
    *) module=$(echo "$file" | cut -d / -f 2) ;;
    esac
    case $included in
    kindred/*)
        of=$(echo "$headers" | sed -n "s/^${included#kindred/} //p")
        if [ -n "$of" ]; then
            check_module "$place" "$module" "$of"
        else
            complain "$place: there is no include/$included"
        fi ;;
    */*.def) check_module "$place" "$module" "${included%%/*}" ;;
    "$module"/*) ;;
    */*) [ ! -e "src/$included" ] ||
        complain "$place: $included is private; what others need goes to include/kindred" ;;
    *)
        owner=$(echo "$owners" | sed -n "s/^$included //p")
        [ -z "$owner" ] || [ "$owner" = "$module" ] ||
            complain "$place: only $owner uses $included" ;;
    esac
done <"$failures.includes"
[ -s "$failures.includes" ] || complain 'no #include was read'
rm -f "$failures.includes"

find src -type f | sed 's|.*/||' | sort | uniq -d | while read -r name; do
    complain "file names are unique, but this one is not: $(find src -name "$name" | tr '\n' ' ')"
done
[ ! -s "$failures" ]
