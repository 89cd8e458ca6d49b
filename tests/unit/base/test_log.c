#include <string.h>

#include "kindred/log.h"
#include "support.h"

struct heard {
    int messages;
    enum kin_log_level level;
    char text[3000];
};

static void listen(void *context, enum kin_log_level level, const char *message)
{
    struct heard *heard = context;
    heard->messages++;
    heard->level = level;
    snprintf(heard->text, sizeof heard->text, "%s", message);
}

START_TEST(messages_go_to_the_sink)
{
    struct heard heard = {0};
    kin_log(KIN_LOG_ERROR, "nobody listens");
    kin_log_set_sink(listen, &heard);
    ck_assert_int_eq(heard.messages, 0);
    kin_log(KIN_LOG_WARN, "%d of %s", 3, "four");
    ck_assert_int_eq(heard.messages, 1);
    ck_assert_int_eq(heard.level, KIN_LOG_WARN);
    ck_assert_str_eq(heard.text, "3 of four");
    char longest[5000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    kin_log(KIN_LOG_INFO, "%s", longest);
    ck_assert_uint_eq(strlen(heard.text), 1999);
    kin_log_set_sink(NULL, NULL);
    kin_log(KIN_LOG_ERROR, "nobody listens");
    ck_assert_int_eq(heard.messages, 2);
}
END_TEST

TEST_MAIN("log", messages_go_to_the_sink)
