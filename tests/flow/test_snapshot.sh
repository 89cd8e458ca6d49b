#!/bin/sh
# One person computes and saves, others load: nothing is computed twice, nobody is believed unasked,
# and who lacks the music goes as far as the results reach.
. "$(dirname "$0")/lib.sh"
cd "$scratch"
unset KINDRED_CACHE SSH_AUTH_SOCK

workflow() { # file music-folder
    cat >"$1" <<YAML
kindred: 1
title: is noise a neighbour?
vars: { seed: 7, metric: euclidean, magnitude: 30 }
steps:
  songs: { kind: dataset.folder, path: $2, group: "--", on_error: skip }
  originals: { kind: excerpt, of: songs, seconds: 3, sample_rate: 22050, seed: \$seed }
  warped:
    kind: transform
    of: originals
    match: none
    seed: \$seed
    for: { transformation: PN, magnitude: [10, \$magnitude] }
  z: { kind: encode.mfcc, of: warped, for: { encoder: MFCC } }
  z0: { kind: encode.mfcc, of: originals, for: { encoder: MFCC } }
  dz: { kind: distance, from: z, to: z0, for: { d_latent: [\$metric] }, metric: \$d_latent }
  consistent: { kind: within, of: dz, for: { space: latent }, rename: { d_latent: distance } }
  within:
    kind: table
    of: consistent
    over: all
    columns: [space, distance, encoder, transformation, magnitude, magnitude01, trial=, consistency]
    file: within.csv
YAML
}

# Everybody has a folder, a cache and results of their own: at PERSON COMMAND…
at() {
    who=$1
    shift
    (cd "$who" && "$kindred" "$@" --cache cache)
}
run_at() { # person, options
    who=$1
    shift
    at "$who" run w.yaml --out out --stats stats "$@" >"$who/said" 2>&1
}
digest_of() { # snapshot
    "$kindred" snapshot show "$1" | sed -n 's/^manifest *//p'
}

songs=12
mkdir A later
some_music A/music $songs
workflow A/w.yaml music
mv "$(find A/music -type f | LC_ALL=C sort | tail -n 1)" later/

# ---- A computes, one song comes later ----
run_at A -j 2 || { cat A/said; fail 'A cannot run'; }
at A snapshot save ../first.tar.zst --for w.yaml >/dev/null
cp later/* A/music/
run_at A -j 2
at A snapshot save ../a.tar.zst --for w.yaml >/dev/null
at A snapshot save ../a.plain --for w.yaml --plain >/dev/null
at A snapshot save ../delta.tar.zst --for w.yaml --since ../first.tar.zst >/dev/null
at A snapshot save ../run.plain --plain >/dev/null
cmp a.plain run.plain || fail 'a workflow and its run are saved differently'
at A snapshot save ../small.tar.zst --for w.yaml --roles results,models >/dev/null
at A snapshot save ../step.tar.zst --for w.yaml:z0 >/dev/null

# any tool lists it
if command -v zstd >/dev/null && tar --zstd -tf a.tar.zst >list 2>/dev/null; then
    expect 'the first member' "$(head -n 1 list)" manifest.json
    shows '^packs/000000$' list 'there is no pack'
    ! grep -qv '^[a-z0-9/.]*$' list || fail 'odd names in the archive'
fi

# ---- a delta is as small as what is new ----
whole=$(wc -c <a.tar.zst) part=$(wc -c <delta.tar.zst)
[ $((part * songs)) -lt $((whole * 2)) ] || fail "the delta has $part bytes of $whole"
"$kindred" snapshot diff first.tar.zst a.tar.zst >differences && fail 'they do not differ?'
shows 'only in a.tar.zst: .* claims of kind transform' differences 'the difference is not told'
"$kindred" snapshot diff a.tar.zst a.plain >differences || fail 'equal manifests differ'
shows 'the same manifest' differences 'that they are the same is not told'

# ---- B, elsewhere, computes nothing ----
B='B in an öther place'
mkdir "$B"
cp -R A/music "$B/songs" # another path
workflow "$B/w.yaml" songs
at "$B" snapshot load ../a.tar.zst --trust-unsigned >"$B/loaded"
shows '^objects: [1-9][0-9]* new' "$B/loaded" 'no objects came'
run_at "$B"
shows 'nothing to do' "$B/said" 'B computed what A had'
cmp A/out/within.csv "$B/out/within.csv" || fail "B's table differs"
at "$B" snapshot save ../b.plain --for w.yaml --plain >/dev/null
cmp a.plain b.plain || fail "A's and B's snapshots differ"
at "$B" why w.yaml within >"$B/why"
shows 'snapshot [0-9a-f]*, signed by nobody' "$B/why" 'why does not say where it came from'
"$kindred" cache verify --cache "$B/cache" >/dev/null || fail "B's cache is not healthy"

# ---- B gets a song that A lacks: its own work, and no other ----
find "$root/tests/data/music" -name '*.ogg' | LC_ALL=C sort | tail -n 1 |
    while read -r song; do cp "$song" "$B/songs/"; done
run_at "$B"
expect 'songs computed' "$(stat "$B/stats" songs computed)" 1
expect 'transformed' "$(stat "$B/stats" warped computed)" 2

# ---- C computes the same from nothing ----
mkdir C
cp -R A/music C/music
workflow C/w.yaml music
run_at C -j 4
at C snapshot save ../c.plain --for w.yaml --plain >/dev/null
expect "C's manifest" "$(digest_of c.plain)" "$(digest_of a.plain)"
cmp a.plain c.plain || fail "A's and C's snapshots differ"

# ---- a delta wants what it counts on ----
mkdir D
cp -R A/music D/music
workflow D/w.yaml music
at D snapshot load ../delta.tar.zst --trust-unsigned 2>D/said && fail 'a delta alone is loaded'
shows 'it is a delta: ' D/said 'that it is a delta is not told'
at D snapshot load ../first.tar.zst --trust-unsigned >/dev/null
at D snapshot load ../delta.tar.zst --trust-unsigned >/dev/null
run_at D
shows 'nothing to do' D/said 'base and delta are not the whole'

# ---- E has no music ----
for who in E F; do
    mkdir "$who"
    workflow "$who/w.yaml" music
    [ "$who" = E ] || cp -R A/music F/music
    at "$who" snapshot load ../small.tar.zst --trust-unsigned >/dev/null
    run_at "$who" || { cat "$who/said"; fail "$who cannot run"; }
    cmp A/out/within.csv "$who/out/within.csv" || fail "$who's table differs"
    expect "computed by $who" "$(stat_sum "$who/stats" computed)" 0
    run_at "$who" --set metric=cosine
    for step in songs originals warped z z0; do
        expect "$step computed by $who" "$(stat "$who/stats" $step computed)" 0
    done
    [ "$(stat "$who/stats" dz computed)" -gt 0 ] || fail 'another distance cost nothing?'
    "$kindred" cache verify --cache "$who/cache" >/dev/null || fail "$who's cache is not healthy"
done
shows "step 'songs': .*going on with the catalog that came in a snapshot" E/said 'E is not told'
run_at E --set magnitude=20 && fail 'a transformation without audio?'
shows "step 'warped.*item '.*the audio with the content .* is not here" E/said \
    'the missing audio is not named'
run_at F --set magnitude=20 || fail 'F, who has the music, cannot go on'
at E snapshot save ../e.tar.zst --for w.yaml --roles results,models >/dev/null
expect "E's manifest" "$(digest_of e.tar.zst)" "$(digest_of small.tar.zst)"

# ---- nobody is believed unasked ----
mkdir G
cp A/w.yaml G/ && cp -R A/music G/music
at G snapshot load ../a.tar.zst >G/loaded 2>&1
shows 'is not signed: its objects are loaded, its [0-9]* claims are not' G/loaded 'G is not warned'
run_at G
[ "$(stat_sum G/stats computed)" -gt 0 ] || fail 'an unsigned claim was believed'

if ! command -v ssh-keygen >/dev/null; then
    echo 'without signatures: ssh-keygen is missing (Debian package openssh-client)'
    exit 0
fi
ssh-keygen -q -t ed25519 -C '' -N '' -f alice
ssh-keygen -q -t ed25519 -C '' -N '' -f mallory
ssh-keygen -q -t ed25519 -C '' -N secret -f locked
echo "alice@example.org $(cat alice.pub)" >allowed
at A snapshot save ../a.tar.zst --for w.yaml --sign ../alice >/dev/null
at A snapshot save ../m.tar.zst --for w.yaml --sign ../mallory >/dev/null
at A snapshot save ../l.tar.zst --for w.yaml --sign ../locked 2>A/said </dev/null && fail 'signed?'
shows "ssh-add ../locked" A/said 'a locked key does not name ssh-add'
[ ! -e l.tar.zst ] || fail 'an unsigned file is left'
if tar --zstd -tf a.tar.zst >/dev/null 2>&1; then
    tar --zstd -xOf a.tar.zst manifest.json | ssh-keygen -q -Y verify -f allowed \
        -I alice@example.org -n kindred-snapshot-v1 -s a.tar.zst.sig || fail 'ssh-keygen refuses'
fi

load_at() { # person snapshot
    rm -rf "$1/cache"
    at "$1" snapshot load "$2" --allowed-signers ../allowed >"$1/loaded" 2>&1
}
load_at G ../a.tar.zst || { cat G/loaded; fail 'what alice signed is refused'; }
shows '^signed by alice@example.org (SHA256:' G/loaded 'who signed is not told'
run_at G
shows 'nothing to do' G/said 'what alice signed is not believed'
at G cache trust ls >G/trust
shows '^alice@example.org .* claims .* SHA256:' G/trust 'the signer is not listed'
at G cache trust revoke alice@example.org >/dev/null
run_at G
[ "$(stat_sum G/stats computed)" -gt 0 ] || fail 'what is revoked is believed'

load_at G ../m.tar.zst || fail 'objects of a stranger are refused'
shows 'is signed by a stranger (SHA256:.*claims are not' G/loaded 'the stranger is not named'
run_at G
[ "$(stat_sum G/stats computed)" -gt 0 ] || fail 'a stranger was believed'

cp first.tar.zst swapped.tar.zst
cp a.tar.zst.sig swapped.tar.zst.sig
load_at G ../swapped.tar.zst && fail 'a signature of another manifest is taken'
shows 'does not belong to this snapshot' G/loaded 'the swapped signature is not named'

# ---- a forged claim about objects that are all right ----
if tar --zstd -tf a.tar.zst >/dev/null 2>&1; then
    mkdir forged && tar --zstd -xf a.tar.zst -C forged
    sed 's/^\(claim [0-9a-f]* \)[0-9]* 0/\1999 0/' forged/claims.txt >forged/new
    mv forged/new forged/claims.txt
    (cd forged && tar -cf ../forged.tar manifest.json claims.txt objects.txt packs objects)
    zstd -q forged.tar -o forged.tar.zst
    cp a.tar.zst.sig forged.tar.zst.sig
    load_at G ../forged.tar.zst && fail 'a forged claim is taken'
    shows 'claims.txt does not have the SHA-256 that manifest.json says' G/loaded \
        'the forgery is not named'
    claims=$(sha256sum forged/claims.txt | cut -d ' ' -f 1) bytes=$(wc -c <forged/claims.txt)
    sed "s/\(\"claims\".*\"bytes\": \)[0-9]*\(.*\"sha256\": \"\)[0-9a-f]*/\1$bytes\2$claims/" \
        forged/manifest.json >forged/new
    mv forged/new forged/manifest.json
    (cd forged && tar -cf ../forged.tar manifest.json claims.txt objects.txt packs objects)
    zstd -q -f forged.tar -o forged.tar.zst
    load_at G ../forged.tar.zst && fail 'a forged claim is taken'
    shows 'does not belong to this snapshot' G/loaded 'the forged manifest is not named'
    [ "$("$kindred" cache ls --cache G/cache | wc -l)" = 0 ] || fail 'something of it is kept'
fi

# ---- programs: a save asks for what a run would run ----
mkdir X
cp -R A/music X/music
cat >X/w.yaml <<'YAML'
kindred: 1
title: lines
steps:
  songs: { kind: dataset.folder, path: music, group: "--", on_error: skip }
  originals: { kind: excerpt, of: songs, seconds: 3, sample_rate: 22050 }
  loud: { kind: loudness, of: originals }
  lines:
    kind: exec
    run: [sh, lines.sh]
    files: [lines.sh]
    inputs: { loud: loud }
    outputs: { out: { table: [n] } }
    file: lines.csv
YAML
printf 'echo n >out/out.csv\nls in | wc -l >>out/out.csv\n' >X/lines.sh
run_at X --allow-exec || { cat X/said; fail 'X cannot run'; }
! at X snapshot save ../e.tar.zst --for w.yaml >said 2>&1 || fail 'a stranger'\''s program is asked'
shows 'allow-exec' said 'it is not said how to allow it'
at X snapshot save ../e.tar.zst --for w.yaml --allow-exec >/dev/null || fail 'a save with programs'
at X snapshot show ../e.tar.zst >said
shows '^manifest' said 'nothing was saved'
