/* See netstat.h. */
#include "netstat.h"

#include <stdlib.h>
#include <string.h>

#include "sysfs.h"

#define COLUMN "RetransSegs"

/* The index of a word among those of a line that begins with "Tcp:"; -1 where it is not there. */
static int column_of(const char *line)
{
	const char *end = line + strcspn(line, "\n"), *word = line;

	for (int column = 0; word < end; column++) {
		size_t length = strcspn(word, " \n");

		if (length == strlen(COLUMN) && strncmp(word, COLUMN, length) == 0)
			return column;
		word += length + strspn(word + length, " ");
	}
	return -1;
}

/* Two lines begin with "Tcp:": the names, then the numbers. */
int64_t netstat_tcp_retransmits(const char *root)
{
	char *text = sysfs_load(root, "/proc/net/snmp");
	const char *names = text ? strstr(text, "Tcp: ") : NULL;
	const char *numbers = names ? strstr(names + 1, "\nTcp: ") : NULL;
	int column = names ? column_of(names) : -1;
	int64_t count = -1;

	for (numbers += numbers != NULL; numbers && column > 0; column--) {
		numbers = strchr(numbers, ' ');
		numbers += numbers != NULL;
	}
	if (numbers && column == 0)
		count = strtoll(numbers, NULL, 10);
	free(text);
	return count;
}
