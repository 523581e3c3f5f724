/* See fail.h. */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char note[FAIL_TEXT_BYTES];

int fail(const char *call)
{
	return fail_with(errno ? errno : EIO, call);
}

int fail_with(int err, const char *call)
{
	return fail_text(err, "%s: %s", call, strerror(err));
}

int fail_text(int err, const char *format, ...)
{
	char text[FAIL_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	memcpy(note, text, sizeof note); /* by way of text: an argument may be the old note */
	return -err;
}

const char *fail_reason(void)
{
	return note;
}
