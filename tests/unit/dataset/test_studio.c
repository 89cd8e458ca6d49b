/* Composed songs: what every one of them must be like. */
#include <string.h>

#include "kindred/studio.h"
#include "support.h"

static const struct kin_studio_params usual = {.seed = 2019, .seconds = 24, .vocals = 0.6};

static struct kin_song_score compose(uint64_t index)
{
    struct kin_song_score song;
    struct kin_error err = {0};
    ck_ok(kin_studio_compose(&usual, index, &song, &err));
    return song;
}

static bool has_tag(const struct kin_song_score *song, const char *tag)
{
    for (size_t i = 0; i < song->n_tags; i++)
        if (strcmp(song->tags[i], tag) == 0)
            return true;
    return false;
}

START_TEST(every_eleven_songs_have_each_label_once)
{
    char orders[3][64] = {"", "", ""};
    for (uint64_t first = 0; first < 33; first += 11) {
        size_t seen[KIN_STUDIO_LABELS] = {0};
        for (uint64_t i = first; i < first + 11; i++) {
            struct kin_song_score song = compose(i);
            strcat(orders[first / 11], song.label);
            for (size_t k = 0; k < KIN_STUDIO_LABELS; k++)
                seen[k] += strcmp(song.label, kin_studio_labels[k]) == 0;
            kin_song_score_release(&song);
        }
        for (size_t k = 0; k < KIN_STUDIO_LABELS; k++)
            ck_assert_uint_eq(seen[k], 1);
    }
    ck_assert_str_ne(orders[0], orders[1]);
    ck_assert_str_ne(orders[1], orders[2]);
}
END_TEST

START_TEST(tags_agree_with_the_music)
{
    for (uint64_t i = 0; i < 110; i++) {
        struct kin_song_score song = compose(i);
        const struct kin_studio_score *parts = song.parts;
        ck_assert(has_tag(&song, song.label));
        ck_assert(has_tag(&song, song.style));
        ck_assert(has_tag(&song, song.minor ? "minor" : "major"));
        ck_assert(has_tag(&song, song.bpm < 90 ? "slow" : song.bpm < 125 ? "medium" : "fast"));
        ck_assert_int_eq(has_tag(&song, "drums"), parts[KIN_STUDIO_DRUMS].n > 0);
        ck_assert_int_eq(has_tag(&song, "voi"), parts[KIN_STUDIO_VOICE].n > 0);
        for (size_t k = 1; k < song.n_tags; k++)
            ck_assert_int_lt(strcmp(song.tags[k - 1], song.tags[k]), 0);
        kin_song_score_release(&song);
    }
}
END_TEST

START_TEST(the_lead_is_the_loudest_part)
{
    size_t sung = 0, voices = 0;
    for (uint64_t i = 0; i < 110; i++) {
        struct kin_song_score song = compose(i);
        bool voice_leads = strcmp(song.label, "voi") == 0;
        int lead = voice_leads ? KIN_STUDIO_VOICE : KIN_STUDIO_LEAD;
        ck_assert_uint_gt(song.parts[lead].n, 10);
        ck_assert_double_eq(song.parts[lead].level_db, 0);
        for (int part = 0; part < KIN_STUDIO_PARTS; part++)
            if (part != lead && song.parts[part].n > 0)
                ck_assert_double_le(song.parts[part].level_db, -5);
        if (voice_leads)
            ck_assert_uint_eq(song.parts[KIN_STUDIO_LEAD].n, 0);
        sung += voice_leads;
        voices += !voice_leads && song.parts[KIN_STUDIO_VOICE].n > 0;
        kin_song_score_release(&song);
    }
    ck_assert_uint_eq(sung, 10);
    ck_assert_uint_ge(voices, 45); /* 60 of 100 expected, sd 4.9 */
    ck_assert_uint_le(voices, 75);
}
END_TEST

/* Share of a melody's notes that belong to the scale (the raised seventh of minor counts). */
static double in_key(const struct kin_song_score *song, const struct kin_studio_score *score)
{
    static const char major[] = "101011010101", minor[] = "101101011011";
    size_t n = 0;
    for (size_t i = 0; i < score->n; i++)
        n += (song->minor ? minor : major)[(score->notes[i].key + 12u - song->tonic) % 12] == '1';
    return (double)n / (double)score->n;
}

START_TEST(music_is_in_its_key_and_fills_its_time)
{
    for (uint64_t i = 0; i < 110; i++) {
        struct kin_song_score song = compose(i);
        double ticks = song.seconds * song.bpm / 60 * KIN_STUDIO_TICKS;
        for (int part = 0; part < KIN_STUDIO_PARTS; part++) {
            const struct kin_studio_score *score = &song.parts[part];
            if (score->n == 0)
                continue;
            if (part != KIN_STUDIO_DRUMS && part != KIN_STUDIO_BASS)
                ck_assert_msg(in_key(&song, score) == 1, "song %d part %d", (int)i, part);
            const struct kin_note *last = &score->notes[score->n - 1];
            ck_assert_double_ge(last->start + last->length, ticks - 2 * KIN_STUDIO_TICKS);
            for (size_t k = 0; k < score->n; k++) {
                ck_assert_uint_gt(score->notes[k].length, 0);
                ck_assert_uint_lt(score->notes[k].length, 16 * KIN_STUDIO_TICKS);
                ck_assert_uint_le(score->notes[k].velocity, 127);
                ck_assert_uint_ge(score->notes[k].velocity, 30);
                ck_assert_uint_ge(score->notes[k].key, 28);
                ck_assert_uint_le(score->notes[k].key, 100);
                if (k > 0)
                    ck_assert_uint_ge(score->notes[k].start, score->notes[k - 1].start);
            }
        }
        kin_song_score_release(&song);
    }
}
END_TEST

START_TEST(phrases_come_back_but_not_note_for_note)
{
    size_t alike = 0, compared = 0;
    for (uint64_t i = 0; i < 55; i++) {
        struct kin_song_score song = compose(i);
        const struct kin_studio_score *lead = &song.parts[KIN_STUDIO_LEAD];
        uint32_t phrase = 16 * KIN_STUDIO_TICKS; /* four bars of four */
        bool heard[2][16 * 16] = {{false}};
        for (size_t k = 0; k < lead->n && lead->notes[k].start < 2 * phrase; k++)
            heard[lead->notes[k].start / phrase]
                 [(lead->notes[k].start % phrase) / (KIN_STUDIO_TICKS / 16)] = true;
        bool even = strcmp(song.style, "folk") != 0 && song.bpm > 100;
        for (size_t k = 0; even && k < 16 * 16; k++) {
            alike += heard[0][k] && heard[1][k];
            compared += heard[0][k] || heard[1][k];
        }
        kin_song_score_release(&song);
    }
    ck_assert_uint_gt(compared, 200);
    ck_assert_double_gt((double)alike, 0.5 * (double)compared);
    ck_assert_double_lt((double)alike, 0.98 * (double)compared);
}
END_TEST

START_TEST(a_song_depends_on_seed_and_index_alone)
{
    struct kin_error err = {0};
    struct kin_studio_params other = usual;
    struct kin_song_score a = compose(7), b = compose(7), c = compose(18), d;
    other.seed++;
    ck_ok(kin_studio_compose(&other, 7, &d, &err));
    const struct kin_studio_score *chords = &a.parts[KIN_STUDIO_CHORDS];
    ck_assert_uint_eq(chords->n, b.parts[KIN_STUDIO_CHORDS].n);
    ck_assert_mem_eq(chords->notes, b.parts[KIN_STUDIO_CHORDS].notes,
                     chords->n * sizeof *chords->notes);
    ck_assert(a.bpm != c.bpm || a.tonic != c.tonic || strcmp(a.style, c.style) != 0);
    ck_assert(a.bpm != d.bpm || a.tonic != d.tonic || strcmp(a.style, d.style) != 0);
    kin_song_score_release(&a);
    kin_song_score_release(&b);
    kin_song_score_release(&c);
    kin_song_score_release(&d);
}
END_TEST

START_TEST(wrong_requests)
{
    struct kin_song_score song;
    struct kin_error err = {0};
    struct kin_studio_params params = {.seconds = 0.5};
    ck_assert_int_eq(kin_studio_compose(&params, 0, &song, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a song of 0.5 seconds, wanted 1 to 600");
    params = (struct kin_studio_params){.seconds = 5, .vocals = 1.5};
    ck_assert_int_eq(kin_studio_compose(&params, 0, &song, &err), KIN_EINVAL);
    ck_assert_str_eq(err.text, "a share of 1.5, wanted 0 to 1");
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    for (unsigned long nth = 1;; nth++) {
        struct kin_song_score song = {0};
        struct kin_error err = {0};
        kin_memory_fail_nth(nth);
        int status = kin_studio_compose(&usual, 3, &song, &err);
        kin_memory_fail_nth(0);
        kin_song_score_release(&song);
        if (status == 0)
            break;
        ck_assert_int_eq(status, KIN_ENOMEM);
    }
}
END_TEST

TEST_MAIN("studio", every_eleven_songs_have_each_label_once, tags_agree_with_the_music,
          the_lead_is_the_loudest_part, music_is_in_its_key_and_fills_its_time,
          phrases_come_back_but_not_note_for_note, a_song_depends_on_seed_and_index_alone,
          wrong_requests, memory_may_end_anywhere)
