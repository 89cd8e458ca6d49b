#!/bin/sh
# The page of a run: written by `run` and `report`, the same bytes twice, and laid out by a browser
# at the width of a desk and of a phone: nothing beyond the window, no empty figure, no text over
# text. Screenshots stay in build/tests/.
. "$(dirname "$0")/lib.sh"

for program in gnuplot chromium; do
    command -v $program >/dev/null || {
        echo "$program is missing; ./configure --install-deps installs it"
        exit 77
    }
done

# ---- from a workflow ----

some_music "$scratch/music" 6
small_workflow "$scratch/w.yaml" "$scratch/music"
cat >>"$scratch/w.yaml" <<'YAML'
  figure: { kind: figure, of: within, drawing: magnitudes, title: $title, file: m.svg }
  page: { kind: page, within: within, figures: figure, over: all, file: index.html }
YAML
sed -i 's/^vars: { /&title: "One title", /' "$scratch/w.yaml"

"$kindred" run "$scratch/w.yaml" --out "$scratch/out" >"$scratch/log" 2>&1 ||
    { cat "$scratch/log"; fail "the run"; }
tail -n 1 "$scratch/log" | grep -qF "the page: $scratch/out/index.html" ||
    { cat "$scratch/log"; fail "the run does not end by naming the page"; }
for file in index.html run.html m.svg magnitudes.dat magnitudes.gp figures/magnitudes.svg \
    figures/magnitudes.dat figures/magnitudes.gp tables/within.csv tables/missing.csv \
    tables/methods.csv; do
    [ -s "$scratch/out/$file" ] || fail "$file is not there"
done
grep -qF 'Other data: compare the order, not the values.' "$scratch/out/index.html" ||
    fail "the caution is not there"
(cd "$scratch/out/figures" && gnuplot magnitudes.gp | grep -q '</svg>') ||
    fail "the script beside a figure does not draw it"

# Another cache, another folder, one thread: the same page.
"$kindred" report "$scratch/w.yaml" -o "$scratch/other" --cache "$scratch/second" -j 1 \
    >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "the report"; }
cmp "$scratch/out/index.html" "$scratch/other/index.html" || fail "the page differs"
diff -r "$scratch/out/figures" "$scratch/other/figures" || fail "a figure differs"
diff -r "$scratch/out/tables" "$scratch/other/tables" || fail "a table differs"

# Another title: the figure and the page, nothing else.
"$kindred" run "$scratch/w.yaml" --out "$scratch/out" --set title='Another title' \
    --stats "$scratch/stats.json" >/dev/null 2>&1
expect "figures computed for a title" "$(stat "$scratch/stats.json" figure computed)" 1
expect "pages computed for a title" "$(stat "$scratch/stats.json" page computed)" 1
computed=$(grep -o '"computed":[0-9]*' "$scratch/stats.json" |
    awk -F : '{ n += $2 } END { print n }')
expect "everything computed for a title" "$computed" 2
grep -qF 'Another title' "$scratch/out/index.html" || fail "the other title is not on the page"

# A workflow without a page is told so.
small_workflow "$scratch/none.yaml" "$scratch/music"
code=0
"$kindred" report "$scratch/none.yaml" >"$scratch/log" 2>&1 || code=$?
expect "exit code of a report without a page" $code 2
grep -q "has no step of kind 'page'" "$scratch/log" || fail "it is not said that there is no page"

# Without gnuplot: the page says what is missing, nothing fails; with it again, it is drawn.
mkdir "$scratch/bin"
env -i HOME="$HOME" PATH="$scratch/bin" KINDRED_CACHE="$KINDRED_CACHE" "$kindred" run \
    "$scratch/w.yaml" --out "$scratch/bare" >"$scratch/log" 2>&1 ||
    { cat "$scratch/log"; fail "the run without gnuplot"; }
grep -qF 'gnuplot is missing. The Debian package is gnuplot-nox' "$scratch/bare/index.html" ||
    fail "the page does not say that gnuplot is missing"
"$kindred" run "$scratch/w.yaml" --out "$scratch/bare" >/dev/null 2>&1
cmp "$scratch/out/figures/magnitudes.dat" "$scratch/bare/figures/magnitudes.dat"
cmp "$scratch/other/index.html" "$scratch/bare/index.html" || fail "it is not drawn again"

# ---- in a browser ----

mkdir "$scratch/all" "$scratch/profile"
KINDRED_PAGE_FOLDER="$scratch/all" "$root/build/tests/unit/kind/test_page_kind" >"$scratch/log" ||
    { cat "$scratch/log"; fail "the page of all figures"; }

browse() { # what the browser shall do with a page
    timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --hide-scrollbars --user-data-dir="$scratch/profile" "$@" 2>"$scratch/browser"
}

# A window is never narrower than a phone's twice over, so the page stands in a frame.
look_at() { # page, width, name
    { cat "$1" && echo '<script>' && cat "$root/tests/flow/check_page.js" && echo '</script>'; } \
        >"$scratch/checked.html"
    cat >"$scratch/frame.html" <<HTML
<!DOCTYPE html><meta charset="utf-8"><title>frame</title>
<style>body{margin:0}iframe{border:0;width:$2px;height:9000px}</style>
<pre id="found"></pre>
<script>addEventListener('message', e => document.getElementById('found').textContent = e.data)
</script><iframe src="checked.html"></iframe>
HTML
    browse --virtual-time-budget=20000 --window-size=1280,1000 --dump-dom \
        "file://$scratch/frame.html" >"$scratch/dom" || { cat "$scratch/browser"; fail "chromium"; }
    found=$(sed -n '/<pre id="found">/,/<\/pre>/p' "$scratch/dom" | sed 's/<[^>]*>//g')
    echo "$3 at $2: $found"
    echo "$found" | grep -q 'wrong 0$' || fail "$3 at $2 pixels"
    sed -i 's/<pre.*//; s/^<script>.*//; s/^<.script>//' "$scratch/frame.html"
    mkdir -p "$root/build/tests"
    browse --window-size="$2,9000" --screenshot="$root/build/tests/page-$3-$2.png" \
        "file://$scratch/frame.html" >/dev/null || fail "no screenshot"
    [ -s "$root/build/tests/page-$3-$2.png" ] || fail "an empty screenshot"
}

for width in 1280 390; do
    look_at "$scratch/all/index.html" $width all
    echo "$found" | grep -q '^figures 12 ' || fail "not all twelve figures"
    look_at "$scratch/other/index.html" $width run
done
