#!/bin/sh
# Cuts tests/data/music from music that Debian distributes: needs ffmpeg and the packages
# wesnoth-1.16-music, asc-music, fretsonfire-songs-sectoid.
# The same package versions and the same ffmpeg give the same files.
set -eu
cd "$(dirname "$0")"
games=${1:-/usr/share/games}
mkdir -p music

cut_one() { # source, start, output without extension, format
    common='-v error -nostdin -y -fflags +bitexact -map_metadata -1'
    case $4 in
    ogg) codec='-c:a libvorbis -q:a 0 -ar 44100 -flags:a +bitexact'; extension=ogg ;;
    low) codec='-c:a libvorbis -q:a 2 -ar 22050 -flags:a +bitexact'; extension=ogg ;;
    mp3) codec='-c:a libmp3lame -b:a 64k -ar 44100 -flags:a +bitexact'; extension=mp3 ;;
    *) codec='-c:a libmp3lame -b:a 48k -ar 22050 -flags:a +bitexact'; extension=mp3 ;;
    esac
    # shellcheck disable=SC2086
    ffmpeg -ss "$2" -i "$1" -t 5 $common -ac 1 $codec "music/$3.$extension"
}

# name of the group | file below the games' folder | format | starts in seconds
while IFS='|' read -r name file format starts; do
    n=0
    for start in $starts; do
        n=$((n + 1))
        cut_one "$games/$file" "$start" "$name--0$n" "$format"
    done
done <<'LIST'
kaufman-battle_epic|wesnoth/1.16/data/core/music/battle-epic.ogg|ogg|8 30 55
aubry_carlson-battle_music|wesnoth/1.16/data/core/music/battle.ogg|mp3|25 120 230
westlund-breaking_the_chains|wesnoth/1.16/data/core/music/breaking_the_chains.ogg|low|20 95 170
johnson-casualties_of_war|wesnoth/1.16/data/core/music/casualties_of_war.ogg|ogg|40 130 250
kaufman-elvish_theme|wesnoth/1.16/data/core/music/elvish-theme.ogg|mp3|20 90 160
kaufman-heroes_rite|wesnoth/1.16/data/core/music/heroes_rite.ogg|lowmp3|30 100 180
johnson-into_the_shadows|wesnoth/1.16/data/core/music/into_the_shadows.ogg|low|40 100 165
reilly-knalgan_theme|wesnoth/1.16/data/core/music/knalgan_theme.ogg|ogg|60 220 430
pinkham-knolls_of_doldesh|wesnoth/1.16/data/core/music/knolls.ogg|lowmp3|45 170 300
toscano-loyalists|wesnoth/1.16/data/core/music/loyalists.ogg|mp3|15 75 140
aubry_carlson-main_theme|wesnoth/1.16/data/core/music/main_menu.ogg|ogg|5 20 38
nicoll-nunc_dimittis|wesnoth/1.16/data/core/music/nunc_dimittis.ogg|low|35 110 190
toscano-revelation|wesnoth/1.16/data/core/music/revelation.ogg|lowmp3|10 30 47
westlund-silvan_sanctuary|wesnoth/1.16/data/core/music/silvan_sanctuary.ogg|mp3|30 100 170
leone-dangerous_symphony|wesnoth/1.16/data/core/music/the_dangerous_symphony.ogg|low|40 150 260
westlund-traveling_minstrels|wesnoth/1.16/data/core/music/traveling_minstrels.ogg|ogg|20 90 160
pinkham-still_another_wanderer|wesnoth/1.16/data/core/music/wanderer.ogg|lowmp3|30 120 210
kievernagel-frontiers|asc/music/frontiers.mp3|lowmp3|60 200 350
kievernagel-machine_wars|asc/music/machine_wars.mp3|low|40 130 220
sectoid-feelings|fretsonfire/data/songs/sectoid/Feelings/song.ogg|mp3|30 120 210
sectoid-war_of_freedom|fretsonfire/data/songs/sectoid/War of freedom/song.ogg|ogg|20 70 130
sectoid-metal_madness|fretsonfire/data/songs/sectoid/Metal madness/song.ogg|low|20 65 110
LIST
