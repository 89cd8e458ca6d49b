/* The algebra of axes on its own. */
#include <stdint.h>
#include <string.h>

#include "support.h"
#include "workflow/relation.h"

struct fixture {
    struct kin_arena arena;
    struct kin_words words;
    struct kin_error err;
};

static uint32_t word(struct fixture *f, const char *text)
{
    uint32_t id;
    f->words.arena = &f->arena;
    ck_assert_int_eq(kin_words_label(&f->words, text, false, &id, &f->err), 0);
    return id;
}

static void release(struct fixture *f)
{
    kin_words_release(&f->words);
    kin_arena_release(&f->arena);
}

START_TEST(labels_are_one_whatever_their_spelling)
{
    struct fixture f = {0};
    uint32_t quoted;
    uint32_t one = word(&f, "1");
    ck_assert_uint_eq(word(&f, "1.0"), one);
    ck_assert_uint_eq(word(&f, "1e0"), one);
    ck_assert_uint_eq(word(&f, "+1"), one);
    ck_assert_uint_ne(word(&f, "1x"), one);
    ck_assert_int_eq(kin_words_label(&f.words, "1.0", true, &quoted, &f.err), 0);
    ck_assert_uint_ne(quoted, one);
    ck_assert_uint_eq(kin_words_find(&f.words, "2"), KIN_WORD_NONE);
    release(&f);
}
END_TEST

START_TEST(numbers_come_before_texts)
{
    struct fixture f = {0};
    static const char *const ascending[] = {"-12", "-0.75", "2", "10", "AE", "b"};
    for (size_t i = 1; i < KIN_COUNT(ascending); i++) {
        uint32_t a = word(&f, ascending[i - 1]);
        uint32_t b = word(&f, ascending[i]);
        ck_assert_int_lt(kin_words_compare(&f.words, a, b), 0);
        ck_assert_int_gt(kin_words_compare(&f.words, b, a), 0);
        ck_assert_int_lt(kin_words_compare(&f.words, KIN_WORD_NONE, a), 0);
        ck_assert_int_eq(kin_words_compare(&f.words, a, a), 0);
    }
    release(&f);
}
END_TEST

START_TEST(many_words)
{
    struct fixture f = {0};
    char text[20];
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "w%d", i);
        ck_assert_uint_eq(word(&f, text), (uint32_t)i + 1);
    }
    ck_assert_uint_eq(kin_words_find(&f.words, "w4321"), 4322);
    release(&f);
}
END_TEST

/* left(a, b) joined with right(b, c): equal b, every combination; who has none is listed. */
START_TEST(join_matches_shared_axes)
{
    struct fixture f = {0};
    uint32_t a = word(&f, "a"), b = word(&f, "b"), c = word(&f, "c");
    uint32_t x = word(&f, "x"), y = word(&f, "y"), z = word(&f, "z");
    uint32_t left_axes[] = {a, b}, right_axes[] = {b, c};
    uint32_t left_cells[] = {x, x, y, x, x, KIN_WORD_NONE, x, y};
    uint32_t right_cells[] = {x, x, x, y, KIN_WORD_NONE, z, z, x};
    struct kin_relation left = {2, left_axes, 4, left_cells};
    struct kin_relation right = {2, right_axes, 4, right_cells};
    struct kin_join join;
    ck_assert_int_eq(kin_relation_join(&f.words, &left, &right, 100, &f.arena, &join, &f.err), 0);
    uint32_t want[] = {x, x, x, x, x, y, y, x, x, y, x, y, x, KIN_WORD_NONE, z};
    ck_assert_uint_eq(join.result.n_axes, 3);
    ck_assert_uint_eq(join.result.n_rows, 5);
    ck_assert_mem_eq(join.result.cells, want, sizeof want);
    ck_assert_uint_eq(join.n_left_alone, 1);
    ck_assert_uint_eq(join.left_alone[0], 3);
    ck_assert_uint_eq(join.n_right_alone, 1);
    ck_assert_uint_eq(join.right_alone[0], 3);
    ck_assert_int_eq(kin_relation_join(&f.words, &left, &right, 4, &f.arena, &join, &f.err), 0);
    ck_assert(join.too_many);
    release(&f);
}
END_TEST

START_TEST(groups_are_numbered_by_first_appearance)
{
    struct fixture f = {0};
    struct kin_groups groups;
    uint32_t cells[] = {5, 6, 1, 2, 5, 6, 1, 3};
    uint32_t want[] = {0, 1, 0, 2};
    ck_assert_int_eq(kin_rows_group(cells, 2, 4, &f.arena, &groups, &f.err), 0);
    ck_assert_uint_eq(groups.n, 3);
    ck_assert_mem_eq(groups.of_row, want, sizeof want);
    ck_assert_uint_eq(groups.first[2], 3);
    ck_assert_int_eq(kin_rows_group(cells, 0, 4, &f.arena, &groups, &f.err), 0);
    ck_assert_uint_eq(groups.n, 1); /* rows of no columns are all alike */
    release(&f);
}
END_TEST

START_TEST(an_arena_hands_out_zeros)
{
    struct kin_arena arena = {0};
    struct kin_error err = {0};
    unsigned char *bytes;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 100000; size *= 3) {
            ck_ok(kin_arena_take(&arena, &bytes, size, 1, &err));
            ck_assert_uint_eq((uintptr_t)bytes % 16, 0);
            for (size_t i = 0; i < size; i++)
                ck_assert_uint_eq(bytes[i], 0);
            memset(bytes, 0xFF, size);
        }
        kin_arena_clear(&arena);
    }
    ck_assert_int_eq(kin_arena_take(&arena, &bytes, SIZE_MAX, 2, &err), KIN_ENOMEM);
    kin_arena_release(&arena);
}
END_TEST

TEST_MAIN("relation", labels_are_one_whatever_their_spelling, numbers_come_before_texts, many_words,
          join_matches_shared_axes, groups_are_numbered_by_first_appearance,
          an_arena_hands_out_zeros)
