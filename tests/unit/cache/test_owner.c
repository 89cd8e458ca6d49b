/* Who lives: oneself, a child, not a dead one, not somebody with its number. */
#include <signal.h>
#include <sys/wait.h>

#include "cache/owner.h"
#include "cache_support.h"

/* A child that waits; its identity is what it wrote. */
static pid_t start_child(struct kin_owner *out)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct kin_owner self;
        kin_owner_self(&self);
        if (write(ends[1], &self, sizeof self) != sizeof self)
            _exit(1);
        pause();
        _exit(0);
    }
    ck_assert_int_eq(read(ends[0], out, sizeof *out), sizeof *out);
    close(ends[0]);
    close(ends[1]);
    return child;
}

START_TEST(tells_the_living_from_the_dead)
{
    struct kin_owner self, child;
    kin_owner_self(&self);
    ck_assert_uint_eq(self.pid, (uint64_t)getpid());
    ck_assert_uint_gt(self.start, 0);
    ck_assert(kin_owner_lives(&self));
    pid_t pid = start_child(&child);
    ck_assert(kin_owner_lives(&child));
    ck_assert(!kin_owner_equal(&self, &child));
    kill(pid, SIGKILL);
    siginfo_t info;
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    ck_assert(!kin_owner_lives(&child)); /* a zombie */
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert(!kin_owner_lives(&child));
}
END_TEST

/* Its number is in use again; the machine was started anew; it lives in another container. */
START_TEST(is_not_fooled_by_a_number)
{
    struct kin_owner other;
    kin_owner_self(&other);
    other.start++;
    ck_assert(!kin_owner_lives(&other));
    other.start--;
    other.boot.bytes[3] ^= 1;
    ck_assert(!kin_owner_lives(&other));
}
END_TEST

START_TEST(packs_and_unpacks)
{
    struct kin_owner self, again;
    unsigned char bytes[KIN_OWNER_BYTES];
    kin_owner_self(&self);
    kin_owner_pack(&self, bytes);
    ck_assert(!kin_owner_unpack(bytes, sizeof bytes - 1, &again));
    ck_assert(kin_owner_unpack(bytes, sizeof bytes, &again));
    ck_assert(kin_owner_equal(&self, &again));
}
END_TEST

TEST_MAIN("owner", tells_the_living_from_the_dead, is_not_fooled_by_a_number, packs_and_unpacks)
