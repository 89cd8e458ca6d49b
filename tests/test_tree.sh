#!/bin/sh
# The files of the repository: small, whole lines of at most 100 columns, no paths of one machine,
# and for every data file a word on whose it is.
set -u
cd "$(dirname "$0")/.." || exit
if ! git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    echo 'this is no git checkout, so it is not known which files belong to it'
    exit 77
fi
failures=$(mktemp)
trap 'rm -f "$failures" "$failures".*' EXIT
complain() {
    echo "$*" | tee -a "$failures"
}
# Deleted files are still listed until they are committed.
git ls-files | while read -r file; do [ ! -f "$file" ] || echo "$file"; done >"$failures.files"
[ -s "$failures.files" ] || complain 'git lists no files'

bytes=$(tr '\n' '\0' <"$failures.files" | xargs -0 cat | wc -c)
[ "$bytes" -lt 30000000 ] || complain "the tree has $bytes bytes, at most 30000000"

# Code and text; data files are left as their makers wrote them.
grep -vE '^tests/(reference|fuzz/corpus)/|^LICENSE$|\.(npy|wav|mp3|flac|ogg|mid)$' \
    "$failures.files" >"$failures.text"
while read -r file; do
    case $file in
    *.[ch] | *.def | *.inc | *.sh | *.yaml | configure | build.ninja)
        # without the second and later bytes of UTF-8 characters, a byte is a column
        LC_ALL=C sed 's/[\x80-\xBF]//g' "$file" | LC_ALL=C awk -v file="$file" '
            /\t/ { print file ":" NR ": a tab" }
            / $/ { print file ":" NR ": a blank at the end" }
            length($0) > 100 { print file ":" NR ": " length($0) " columns, at most 100" }' ;;
    esac
    [ -z "$(tail -c 1 "$file")" ] || echo "$file: the last line does not end"
    home=home users=Users work=work # in pieces, so that this line is none
    grep -nHE "(^|[^A-Za-z0-9_.])/($home|$users|$work|root)/[A-Za-z]" "$file"
done <"$failures.text" >"$failures.lines"
if [ -s "$failures.lines" ]; then
    complain "$(cat "$failures.lines")"
fi

# A data file is covered by a notice in its folder or above, or by a line of tests/DATA.md that
# starts with its path or a folder of it.
covered() {
    folder=$(dirname "$1")
    while [ "$folder" != tests ] && [ "$folder" != . ]; do
        [ ! -e "$folder/LICENCE.txt" ] && [ ! -e "$folder/LICENSE" ] || return 0
        grep -q "^| \`$folder/" tests/DATA.md && return 0
        folder=$(dirname "$folder")
    done
    grep -q "^| \`$1\`" tests/DATA.md
}
grep -E '^tests/' "$failures.files" | grep -vE '\.([ch]|sh|js|md|txt|def)$|^tests/(run|lint)$' |
    while read -r file; do
        covered "$file" || complain "$file: whose is it? Say it in tests/DATA.md"
    done
[ ! -s "$failures" ]
