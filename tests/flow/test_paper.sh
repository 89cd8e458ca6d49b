#!/bin/sh
# The paper's workflows, whole, on folders laid out as the owners of the datasets lay theirs: a few
# songs, one trial, one magnitude of each transformation, networks of a few numbers. Every table has
# the rows of its design.
. "$(dirname "$0")/lib.sh"

some_music "$scratch/music" 24
song() { # number
    find "$scratch/music" -type f | LC_ALL=C sort | sed -n "$1p"
}

# The Million Song Dataset: clips and a table. MTG-Jamendo: clips and a table for each split.
mkdir -p "$scratch/msd" "$scratch/jamendo/data/splits/split-0"
echo id,path,split,tags >"$scratch/msd.csv"
for n in $(seq 1 14); do
    file=$(song "$n")
    id=$(printf 'T%02d' "$n")
    case $n in
    1 | 2 | 3 | 4) split=test ;;
    5 | 6) split=validation ;;
    *) split=train ;;
    esac
    tag=$([ $((n % 2)) = 0 ] && echo slow || echo fast)
    cp "$file" "$scratch/msd/$id.low.mp3"
    echo "$id,$id.low.mp3,$split,$tag;music" >>"$scratch/msd.csv"
    table=$scratch/jamendo/data/splits/split-0/autotagging_top50tags-$split.tsv
    [ -e "$table" ] ||
        printf 'TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n' >"$table"
    printf 'track_%s\tartist_%s\talbum_1\t%s.mp3\t10.0\tmood---%s\tgenre---music\n' \
        "$id" "$id" "$id" "$tag" >>"$table"
done

# IRMAS: excerpts in the folders of their instruments. MUSDB18-HQ: folders of songs in stems.
for n in $(seq 1 20); do
    label=$([ $((n % 2)) = 0 ] && echo gac || echo pia)
    mkdir -p "$scratch/irmas/$label"
    cp "$(song "$n")" "$scratch/irmas/$label/[$label][cla]$(printf %04d "$n")__1.wav"
done
for n in $(seq 1 8); do
    folder=$scratch/musdb/$([ "$n" -le 6 ] && echo train || echo test)/song$n
    mkdir -p "$folder"
    cp "$(song "$n")" "$folder/mixture.wav"
    cp "$(song "$n")" "$folder/vocals.wav"
done

export MSD_CSV="$scratch/msd.csv" MSD_AUDIO="$scratch/msd" JAMENDO="$scratch/jamendo" \
    JAMENDO_AUDIO="$scratch/msd" IRMAS="$scratch/irmas" MUSDB18="$scratch/musdb"

small_run() { # workflow name
    "$kindred" run "$root/workflows/$1.yaml" --out "$scratch/$1" --set clips=4 \
        --set 'trials=[0]' --set epochs_AE=1 --set epochs_AT=1 --set epochs_IR=1 --set epochs_VS=1 \
        --set batch=2 --set channels=4 --set hidden=8 --set 'pitch=[1]' --set 'tempo=[0.9]' \
        --set 'snr=[20]' --set 'kbps=[64]' --set 'mild=[1,0.9,20,64]' \
        --set perplexity=5 >"$scratch/$1.log" 2>&1 ||
        { cat "$scratch/$1.log"; fail "$1"; }
}
rows() { # file
    tail -n +2 "$1" | wc -l
}
for name in paper paper-open; do
    small_run $name
    # 5 conditions × (2 audio distances + 2 latent distances × (4 tasks + MFCC))
    expect "$name: rows of within" "$(rows "$scratch/$name/within.csv")" 60
    # 5 × 4 pairs of distances × 2 measures × 5 encoders
    expect "$name: rows of between" "$(rows "$scratch/$name/between.csv")" 200
    expect "$name: rows of the originals" "$(rows "$scratch/$name/between-originals.csv")" 40
    # 5 × 4 tasks × 2 encoders
    expect "$name: rows of performance" "$(rows "$scratch/$name/performance.csv")" 40
    [ -s "$scratch/$name/index.html" ] || fail "$name: no page"
    expect "$name: their originals" "$(rows "$scratch/$name/performance-originals.csv")" 8
    awk -F , 'NR > 1 && ($1 != "VS" && $7 == "") { exit 1 }' "$scratch/$name/performance.csv" ||
        fail "$name: a performance is missing"
    ! cut -d , -f 8 "$scratch/$name/performance.csv" | grep -q nan || fail "$name: nan"
    # A model for each pair of distances and measure, where R is installed.
    models=$(rows "$scratch/$name/gam-between.csv")
    Rscript "$root/workflows/analysis/gam.R" version >/dev/null 2>&1 || models=$((models + 8))
    expect "$name: models of between" "$models" 8
done

# The design at full size, without any data: what the paper's degrees of freedom say.
unset MSD_CSV MSD_AUDIO JAMENDO JAMENDO_AUDIO IRMAS MUSDB18
for name in paper paper-open; do
    "$kindred" plan "$root/workflows/$name.yaml" --cache "$scratch/none" >"$scratch/plan" 2>&1 ||
        true
    planned() { awk -v step="$1" '$1 == step { print $3 }' "$scratch/plan"; }
    expect "$name: within" "$(planned within_z)" $((2 * 1974))
    expect "$name: between" "$(planned agreement)" $((2 * 4 * 1974))
    expect "$name: performance" "$(planned performances)" 3760
    expect "$name: trainings" "$(planned network)" 40
done
