/* Words and figures as people type and read them: sizes, durations, globs, the nearest word. */
#ifndef IPCMARK_WORDS_H
#define IPCMARK_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "64", "64K", "1M" (powers of 1024; "64B", "4KiB", "1MiB" also) in bytes; capitals only, so that
 * no m can be taken for milli. 0 is a size. 0, or -EINVAL with a reason that says what is accepted
 * (see fail.h); -EINVAL too beyond 2^40 bytes. Only success writes *bytes. */
int words_parse_size(const char *text, uint64_t *bytes);

/* A size as it stands in a cell's id: the shortest exact form: "64", "1500", "4K", "1M". */
void words_format_size(uint64_t bytes, char *out, size_t out_bytes);

/* "250ms", "2s", "1.5s", "10us", "100ns" in ns; a unit is required. Range 1 ns .. 1 hour, in whole
 * ns: "1.5ns" is refused, not rounded. 0, or -EINVAL with a reason; then *ns stays. */
int words_parse_duration(const char *text, uint64_t *ns);

/* A duration as it stands in a cell's id: the shortest exact form: "1ms", "1500us". */
void words_format_exact_duration(uint64_t ns, char *out, size_t out_bytes);

/* "10000", "10k", "2M" (powers of 1000) messages a second: 1 .. 10^9. 0, or -EINVAL with a reason;
 * then *per_s stays. */
int words_parse_rate(const char *text, uint64_t *per_s);

/* A duration for people with three significant digits and its unit, always 7 columns wide so that
 * columns align at the unit: "  22 ns", "1.28 us", "10.9 us", " 150 ms", "2.00 s ". Below 10 ns two
 * decimals are left ("3.12 ns", "0.05 ns"); whole ns from 10, and 0, have none. Above 9999 s in
 * hours. NaN, and what is no duration (negative, infinite, more than a year), gives an em dash, 7
 * columns wide: out needs 10 bytes. */
void words_format_duration(double ns, char *out, size_t out_bytes);

/* A count with three significant digits and an SI prefix: "812", "1.25 M", "11.8 G"; "52.5" where
 * it is no whole number. Not padded. NaN and infinities give an em dash. 16 bytes are always
 * enough. */
void words_format_count(double value, char *out, size_t out_bytes);

/* The candidate with the smallest edit distance to word (the first of several), or NULL where none
 * is near (distance more than half of the word's length, rounded up). candidates ends with NULL. */
const char *words_nearest(const char *word, const char *const *candidates);

/* Expands the braces of a glob ("a/{b,c}/d" gives "a/b/d", "a/c/d"; nested braces too; "{b}" gives
 * "b") into a new NULL-terminated array of new strings, in the order written; free it with
 * words_free. There is no escape; a comma outside braces is a comma. NULL with a reason: unbalanced
 * braces, more than 4096 results, a glob of more than 2048 bytes, no memory. */
char **words_expand_braces(const char *glob);
void words_free(char **words);

#endif
