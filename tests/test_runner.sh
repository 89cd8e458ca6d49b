#!/bin/sh
# The runner and the tests of the tree, on small trees made up here: what they must notice, they do.
set -u
cd "$(dirname "$0")/.." || exit
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0
expect() { # what, wanted, found
    [ "$2" = "$3" ] || { echo "$1: wanted '$2', found '$3'"; status=1; }
}
script() { # path, commands
    mkdir -p "$scratch/$(dirname "$1")"
    printf '#!/bin/sh\n%s\n' "$2" >"$scratch/$1"
    chmod +x "$scratch/$1"
}

# ---- the runner ----
mkdir -p "$scratch/tests/unit/a" "$scratch/build/tests/unit/a"
cp tests/run "$scratch/tests/run"
script tests/test_good.sh 'exit 0'
script tests/flow/test_absent.sh 'echo no gadget; exit 77'
run() { # arguments: closing line and exit status
    out=$("$scratch/tests/run" "$@" 2>&1)
    code=$?
    echo "$(echo "$out" | tail -n 1), exit $code"
}
expect 'passes and skips' '1 passed, 0 failed, 1 skipped, exit 0' "$(KINDRED_NO_SKIP=0 run)"
expect 'skips forbidden' '1 passed, 1 failed, 0 skipped, exit 1' "$(KINDRED_NO_SKIP=1 run)"
script tests/test_bad.sh 'echo some reason; exit 3'
expect 'a failure' '1 passed, 1 failed, 1 skipped, exit 1' "$(KINDRED_NO_SKIP=0 run)"
"$scratch/tests/run" >"$scratch/out" 2>&1
grep -q 'FAIL tests/test_bad.sh (exit 3)' "$scratch/out" || expect 'the failure is named' yes no
grep -q 'some reason' "$scratch/out" || expect 'its log is shown' yes no
expect 'a choice' '1 passed, 0 failed, 0 skipped, exit 0' "$(run good)"
expect 'no such test' '0 passed, 0 failed, 0 skipped, exit 1' "$(run nonsense)"
script tests/test_bad.sh 'exec sleep 60'
expect 'one that hangs' '0 passed, 1 failed, 0 skipped, exit 1' \
    "$(KINDRED_TEST_TIMEOUT=0.2 run bad)"
: >"$scratch/tests/unit/a/test_gone.c"
expect 'one that was not built' '0 passed, 1 failed, 0 skipped, exit 1' "$(run gone)"
script build/tests/unit/a/test_gone 'kill -SEGV $$'
expect 'one that crashes' '0 passed, 1 failed, 0 skipped, exit 1' "$(run gone)"
[ "$(wc -l <"$scratch/build/tests/times")" = 1 ] || expect 'its time is noted' yes no

# ---- the layers ----
mkdir -p "$scratch/include/kindred" "$scratch/src/base" "$scratch/src/audio" "$scratch/src/engine"
cp tests/test_layers.sh "$scratch/tests/"
layers() { # one file with one include
    echo '#include "kindred/status.h"' >"$scratch/src/base/status.c"
    : >"$scratch/src/engine/engine.c"
    for header in status engine audio cache workflow; do
        : >"$scratch/include/kindred/$header.h"
    done
    echo "$2" >"$scratch/$1"
    "$scratch/tests/test_layers.sh" >"$scratch/out" 2>&1
    echo "$?: $(head -n 1 "$scratch/out")"
    rm "$scratch/$1"
}
expect 'down' '0: ' "$(layers src/audio/audio.c '#include "kindred/status.h"')"
expect 'up' '1: src/audio/audio.c:1: audio must not know engine' \
    "$(layers src/audio/audio.c '#include "kindred/engine.h"')"
expect 'across' '1: src/audio/audio.c:1: audio must not know cache' \
    "$(layers src/audio/audio.c '#include "kindred/cache.h"')"
expect 'a science in the engine' '1: src/engine/run.c:1: engine must not know audio' \
    "$(layers src/engine/run.c '#include "kindred/audio.h"')"
expect 'a header that is not there' '1: src/base/x.c:1: there is no include/kindred/absent.h' \
    "$(layers src/base/x.c '#include "kindred/absent.h"')"
expect 'a library of another module' '1: src/audio/audio.c:1: only workflow uses yaml.h' \
    "$(layers src/audio/audio.c '#include <yaml.h>')"
expect 'a private header of another module' \
    '1: src/base/x.c:1: engine/engine.c is private; what others need goes to include/kindred' \
    "$(layers src/base/x.c '#include "engine/engine.c"')"
: >"$scratch/src/audio/engine.c"
layers src/base/x.c '' >/dev/null
grep -q 'file names are unique' "$scratch/out" || expect 'two files of one name' yes no
exit $status
