#include "kindred/text.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "kindred/memory.h"

#define SMALLEST 64

void kin_text_release(struct kin_text *text)
{
    if (!text)
        return;
    kin_free(text->data);
    *text = (struct kin_text){0};
}

void kin_text_clear(struct kin_text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->data)
        text->data[0] = '\0';
}

/* Room for `extra` more bytes and the NUL; at first for what the smallest memory has anyway. */
static bool reserve(struct kin_text *text, size_t extra)
{
    if (text->failed || extra > SIZE_MAX - text->length - 1) {
        text->failed = true;
        return false;
    }
    size_t need = text->length + extra + 1;
    if (kin_grow(&text->data, &text->capacity, need < SMALLEST ? SMALLEST : need, 1, NULL) != 0)
        text->failed = true;
    return !text->failed;
}

void kin_text_add_bytes(struct kin_text *text, const void *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    if (length > 0)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void kin_text_add(struct kin_text *text, const char *string)
{
    kin_text_add_bytes(text, string, strlen(string));
}

void kin_text_addf(struct kin_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n >= 0 && reserve(text, (size_t)n)) {
        vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
        text->length += (size_t)n;
    } else {
        text->failed = true;
    }
    va_end(again);
}

void kin_text_add_number(struct kin_text *text, double value)
{
    char number[KIN_NUMBER_TEXT];
    kin_text_add_bytes(text, number, kin_number_text(value, number));
}

int kin_text_check(const struct kin_text *text, struct kin_error *err)
{
    return text->failed ? kin_fail(err, KIN_ENOMEM, "no memory for text") : 0;
}

const char *kin_text_string(const struct kin_text *text)
{
    return text->data ? text->data : "";
}

size_t kin_number_text(double value, char out[KIN_NUMBER_TEXT])
{
    if (value == 0)
        value = 0; /* drops the sign of negative zero */
    if (fabs(value) < 1e15 && value == floor(value))
        return (size_t)snprintf(out, KIN_NUMBER_TEXT, "%.0f", value);
    int n = 0;
    int fewest = fabs(value) < DBL_MIN ? 1 : DBL_DIG; /* %g drops the zeros of shorter ones */
    for (int digits = fewest; digits <= 17; digits++) {
        n = snprintf(out, KIN_NUMBER_TEXT, "%.*g", digits, value);
        if (isnan(value) || strtod(out, NULL) == value)
            break;
    }
    if (isnan(value))
        n = snprintf(out, KIN_NUMBER_TEXT, "nan");
    return (size_t)n;
}

static bool is_special(const char *text)
{
    const char *name = text + (text[0] == '+' || text[0] == '-');
    return strcasecmp(name, "nan") == 0 || strcasecmp(name, "inf") == 0 ||
           strcasecmp(name, "infinity") == 0;
}

bool kin_number_parse(const char *text, bool allow_special, double *out)
{
    static const char plain[] = "+-.0123456789eE"; /* no blanks, no hexadecimal */
    bool special = is_special(text);
    if (special ? !allow_special : text[strspn(text, plain)] != '\0')
        return false;
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || (!special && !isfinite(value)))
        return false;
    *out = value;
    return true;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

#define LONGEST_NAME 63

size_t kin_edit_distance(const char *a, const char *b)
{
    size_t n = strnlen(a, LONGEST_NAME);
    size_t m = strnlen(b, LONGEST_NAME);
    size_t row[3][LONGEST_NAME + 1];
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *above = row[(i - 1) % 3];
        size_t *two_above = row[(i + 1) % 3];
        size_t *here = row[i % 3];
        here[0] = i;
        for (size_t j = 1; j <= m; j++) {
            here[j] = min3(above[j] + 1, here[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && two_above[j - 2] + 1 < here[j])
                here[j] = two_above[j - 2] + 1;
        }
    }
    return row[n % 3][m];
}

const char *kin_nearest_name(const char *wrong, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t distance = kin_edit_distance(wrong, names[i]);
        if (distance < best_distance) {
            best_distance = distance;
            best = names[i];
        }
    }
    size_t length = strlen(wrong);
    size_t allowed = length <= 3 ? 1 : length <= 6 ? 2 : length / 3;
    return best_distance <= allowed ? best : NULL;
}

bool kin_path_is_inside(const char *path)
{
    if (path[0] == '\0' || path[0] == '/')
        return false;
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.'))
            return false;
    }
    return true;
}

int kin_read_file(const char *path, char **out, size_t *length, struct kin_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kin_fail_errno(err,
                              errno == ENOENT   ? KIN_ENOTFOUND
                              : errno == EACCES ? KIN_EACCESS
                                                : KIN_EIO,
                              errno, "opening '%s'", path);
    struct kin_text bytes = {0};
    char block[65536];
    ssize_t got;
    while ((got = read(fd, block, sizeof block)) > 0)
        kin_text_add_bytes(&bytes, block, (size_t)got);
    int read_errno = got < 0 ? errno : 0;
    close(fd);
    kin_text_add_bytes(&bytes, "", 0);
    int status = 0;
    if (read_errno)
        status = kin_fail_errno(err, KIN_EIO, read_errno, "reading '%s'", path);
    else
        status = kin_text_check(&bytes, err);
    if (status != 0) {
        kin_text_release(&bytes);
        return status;
    }
    *out = bytes.data;
    *length = bytes.length;
    return 0;
}

static int write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        bytes += n;
        length -= (size_t)n;
    }
    return 0;
}

static int write_status(int sys_errno)
{
    if (sys_errno == ENOSPC || sys_errno == EDQUOT)
        return KIN_EFULL;
    return sys_errno == EACCES || sys_errno == EROFS || sys_errno == EPERM ? KIN_EACCESS : KIN_EIO;
}

int kin_write_file(const char *path, const void *bytes, size_t length, struct kin_error *err)
{
    struct kin_text temporary = {0};
    kin_text_addf(&temporary, "%s.%ld.tmp", path, (long)getpid());
    int status = kin_text_check(&temporary, err);
    int failed = 0;
    if (status == 0) {
        int fd = open(temporary.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        failed = fd < 0 ? errno : write_all(fd, bytes, length);
        if (fd >= 0 && close(fd) != 0 && !failed)
            failed = errno;
        if (!failed && rename(temporary.data, path) != 0)
            failed = errno;
        if (failed) {
            unlink(temporary.data);
            status = kin_fail_errno(err, write_status(failed), failed, "writing '%s'", path);
        }
    }
    kin_text_release(&temporary);
    return status;
}
