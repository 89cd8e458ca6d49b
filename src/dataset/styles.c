#include "dataset/styles.h"

#include "kindred/memory.h"

/* Tables read best in columns and rows of their own. */
/* clang-format off */
const char *const kin_studio_labels[KIN_STUDIO_LABELS] = {"cel", "cla", "flu", "gac", "gel", "org",
                                                          "pia", "sax", "tru", "vio", "voi"};

const struct lead kin_leads[KIN_STUDIO_LABELS] = {
    {"cel", 43, 65, {42}, 1, 0.97},         {"cla", 57, 79, {71}, 1, 0.93},
    {"flu", 66, 88, {73}, 1, 0.92},         {"gac", 52, 75, {24, 25}, 2, 1.0},
    {"gel", 52, 76, {27, 29, 30}, 3, 0.95}, {"org", 55, 79, {16, 19}, 2, 0.95},
    {"pia", 60, 84, {0, 1}, 2, 0.95},       {"sax", 54, 76, {64, 65, 66}, 3, 0.92},
    {"tru", 57, 78, {56}, 1, 0.88},         {"vio", 62, 86, {40}, 1, 0.97},
    {"voi", 57, 75, {53}, 1, 0.98},
};

static const struct kin_patch_slot slots[] = {
    /* leads */
    {false, 0}, {false, 1}, {false, 16}, {false, 19}, {false, 24}, {false, 25}, {false, 27},
    {false, 29}, {false, 30}, {false, 40}, {false, 42}, {false, 53}, {false, 56}, {false, 64},
    {false, 65}, {false, 66}, {false, 71}, {false, 73},
    /* accompaniment */
    {false, 4}, {false, 21}, {false, 26}, {false, 28}, {false, 32}, {false, 33}, {false, 35},
    {false, 38}, {false, 46}, {false, 48}, {false, 61},
    /* drums */
    {true, 36}, {true, 37}, {true, 38}, {true, 40}, {true, 41}, {true, 42}, {true, 45}, {true, 46},
    {true, 48}, {true, 49}, {true, 51}, {true, 54}, {true, 62}, {true, 64}, {true, 70}, {true, 75},
};

/* clang-format on */

const struct kin_patch_slot *kin_studio_programs(size_t *n)
{
    *n = KIN_COUNT(slots);
    return slots;
}

/* clang-format off */
const struct style kin_styles[STYLES] = {
    {.name = "ballad", .bpm_low = 60, .bpm_high = 84, .beats = 4, .minor = 0.4, .density = 1.2,
     .chords = {{0, "pia"}, {24, "gac"}, {4, "electric piano"}}, .pad = {48, "strings"},
     .pad_share = 0.7, .bass = {{33, "bass"}, {35, "bass"}},
     .chord_patterns = {"0-1-2-1-3-2-1-2-", "c-------c---c---", "0-12--1-0-12--3-"},
     .bass_patterns = {"r-------f-------", "r-----r-f---r---", "r-----------a---"},
     .grooves = {{{{36, "X.......x......."}, {37, "....X.......X..."},
                   {42, "x.o.x.o.x.o.x.o."}}},
                 {{{36, "X.....x.x......."}, {38, "....X.......X..."},
                   {51, "x.x.x.x.x.x.x.x."}}}},
     .major = {"1564", "1645", "6415"}, .minor_key = {"1637", "1465", "1673"}},
    {.name = "bossa", .bpm_low = 112, .bpm_high = 144, .beats = 4, .minor = 0.5, .sevenths = true,
     .density = 1.3, .chords = {{24, "gac"}, {0, "pia"}, {26, "gel"}}, .pad = {48, "strings"},
     .pad_share = 0.2, .bass = {{32, "bass"}, {35, "bass"}},
     .chord_patterns = {"c-..c-.c-.c-..c-", "0.c-..c-0..c-.c-", "c-.c-..c..c-.c-."},
     .bass_patterns = {"r-----f-f-----r-", "r-----r-f-----f-", "r-----f-f-----a-"},
     .grooves = {{{{36, "x.....x.x.....x."}, {37, "X..x..X...X..X.."},
                   {42, "x.x.x.x.x.x.x.x."}}},
                 {{{36, "x.....x.x.....x."}, {75, "x..x..x...x..x.."},
                   {70, "xooxxooxxooxxoox"}}}},
     .major = {"1625", "1251", "2514"}, .minor_key = {"1425", "1651", "4251"}},
    {.name = "classical", .bpm_low = 72, .bpm_high = 132, .beats = 4, .minor = 0.4, .density = 1.8,
     .chords = {{0, "pia"}, {46, "harp"}, {48, "strings"}}, .pad = {48, "strings"},
     .pad_share = 0.5, .bass = {{42, "cel"}, {32, "bass"}},
     .chord_patterns = {"0-2-1-2-0-2-1-2-", "0123210101232101", "c---c---c---c---"},
     .bass_patterns = {"r-------r-------", "r---f---r---f---", "r-----------a---"},
     .major = {"1451", "1645", "1251"}, .minor_key = {"1451", "1625", "1645"}},
    {.name = "disco", .bpm_low = 116, .bpm_high = 132, .beats = 4, .minor = 0.6, .density = 1.6,
     .chords = {{28, "gel"}, {4, "electric piano"}, {61, "brass"}}, .pad = {48, "strings"},
     .pad_share = 0.6, .bass = {{33, "bass"}, {38, "synth bass"}},
     .chord_patterns = {"..c...c...c...c.", "c.cc..c.c.cc..c.", "....c.......c.c."},
     .bass_patterns = {"r.o.r.o.r.o.r.o.", "r-.rr-o-r-.rr-f-", "r.o.r.o.f.o.a.o."},
     .grooves = {{{{36, "X...X...X...X..."}, {40, "....X.......X..."},
                   {46, "..x...x...x...x."}, {42, "x.o.x.o.x.o.x.o."}}},
                 {{{36, "X...X...X...X..."}, {38, "....X.......X..x"},
                   {42, "xoXoxoXoxoXoxoXo"}, {54, "..x...x...x...x."}}}},
     .major = {"1654", "1415", "6451"}, .minor_key = {"1761", "1637", "1467"}},
    {.name = "folk", .bpm_low = 96, .bpm_high = 150, .beats = 3, .minor = 0.4, .density = 1.3,
     .chords = {{25, "gac"}, {21, "accordion"}, {24, "gac"}}, .pad = {21, "accordion"},
     .pad_share = 0.2, .bass = {{32, "bass"}, {33, "bass"}},
     .chord_patterns = {"....c---c---", "0-1-2-3-2-1-", "c---..c-c---"},
     .bass_patterns = {"r-----------", "r-------f---", "r---f---a---"},
     .grooves = {{{{54, "....x...x..."}, {36, "x..........."}}},
                 {{{36, "X..........."}, {37, "....x...x.x."}}}},
     .major = {"1451", "1541", "1645"}, .minor_key = {"1751", "1461", "1371"}},
    {.name = "funk", .bpm_low = 92, .bpm_high = 116, .beats = 4, .minor = 0.7, .sevenths = true,
     .density = 1.8, .chords = {{28, "gel"}, {16, "org"}, {4, "electric piano"}},
     .pad = {61, "brass"}, .pad_share = 0.3, .bass = {{33, "bass"}, {38, "synth bass"}},
     .chord_patterns = {"..c.c..c..c.c...", "c..c..c...c..cc.", "....c..c....c.cc"},
     .bass_patterns = {"r..r..o.r..f.o.a", "r-.or..rf-.fo.t.", "r...r.o...rr..fa"},
     .grooves = {{{{36, "X..x..x...X..x.."}, {38, "....X..o.o..X..o"},
                   {42, "xoxoxoxoxoxoxoxo"}}},
                 {{{36, "X.x....x..x....."}, {40, "....X..o....X..."},
                   {42, "x.xxx.x.x.xxx.x."}, {62, "..x..x....x..x.."}}}},
     .major = {"1414", "1215", "1711"}, .minor_key = {"1414", "1714", "1165"}},
    {.name = "jazz", .bpm_low = 108, .bpm_high = 200, .beats = 4, .minor = 0.4, .swing = 1.0 / 3,
     .sevenths = true, .density = 1.6, .chords = {{0, "pia"}, {26, "gel"}, {4, "electric piano"}},
     .pad = {61, "brass"}, .pad_share = 0.2, .bass = {{32, "bass"}, {35, "bass"}},
     .chord_patterns = {"c---..c.....c-..", "..c-....c...c-..", "c-....c-..c-...."},
     .bass_patterns = {"r---t---f---a---", "r---f---o---a---", "r---r---f---a---"},
     .grooves = {{{{51, "X...x.x.X...x.x."}, {36, "o.......o......."},
                   {42, "....x.......x..."}}},
                 {{{51, "x...X.x.x...X.x."}, {38, "......o.......o."},
                   {42, "....x.......x..."}}}},
     .major = {"2516", "1625", "3625"}, .minor_key = {"1425", "1625", "4251"}},
    {.name = "rock", .bpm_low = 104, .bpm_high = 168, .beats = 4, .minor = 0.5, .density = 1.5,
     .chords = {{29, "gel"}, {27, "gel"}, {16, "org"}}, .pad = {16, "org"}, .pad_share = 0.3,
     .bass = {{33, "bass"}, {33, "bass"}},
     .chord_patterns = {"c-c-c-c-c-c-c-c-", "c---c-c-..c-c---", "c-------..c-c-c-"},
     .bass_patterns = {"r-r-r-r-r-r-r-r-", "r---r-r-r---f-a-", "r-r-r-r-f-f-a-a-"},
     .grooves = {{{{36, "X.......X.x....."}, {38, "....X.......X..."},
                   {42, "x.x.x.x.x.x.x.x."}}},
                 {{{36, "X..x..x.X......."}, {38, "....X.......X..x"},
                   {46, "x...x...x...x..."}, {45, "..............x."}}}},
     .major = {"1564", "1545", "1475"}, .minor_key = {"1673", "1764", "1437"}},
};
