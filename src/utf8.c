/* See utf8.h. */
#include "utf8.h"

#include <string.h>

size_t utf8_length(const char *at, const char *end)
{
	unsigned char first = (unsigned char)at[0];
	size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	unsigned char lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	unsigned char highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4 || (size_t)(end - at) < length)
		return 0;
	if ((unsigned char)at[1] < lowest || (unsigned char)at[1] > highest)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xC0) != 0x80)
			return 0;
	return length;
}

unsigned utf8_code(const char *at, size_t length)
{
	unsigned code = (unsigned char)at[0] & (length == 1 ? 0x7FU : 0x7FU >> length);

	for (size_t i = 1; i < length; i++)
		code = code << 6 | ((unsigned char)at[i] & 0x3FU);
	return code;
}

size_t utf8_count(const char *string)
{
	size_t count = 0;

	for (; *string; string++)
		count += (*string & 0xC0) != 0x80;
	return count;
}

bool utf8_is_valid(const char *string)
{
	for (const char *end = string + strlen(string); string < end;) {
		size_t length = utf8_length(string, end);

		if (!length)
			return false;
		string += length;
	}
	return true;
}

const char *utf8_mend(const char *string, char *mended)
{
	static const char replacement[] = "\xEF\xBF\xBD";
	const char *end = string + strlen(string);
	char *to = mended;

	while (string < end) {
		size_t length = utf8_length(string, end);
		size_t bytes = length ? length : strlen(replacement);

		memcpy(to, length ? string : replacement, bytes);
		to += bytes;
		string += length ? length : 1;
	}
	*to = '\0';
	return mended;
}
