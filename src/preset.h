/* Named plans: which cells, how often and how long. */
#ifndef IPCMARK_PRESET_H
#define IPCMARK_PRESET_H

#include <stdint.h>

struct preset {
	const char *name, *summary;
	uint32_t runs;
	uint32_t warmup_messages; /* at least; 0: 1000 */
	uint64_t time_ns, warmup_ns;
	const char *const *cells; /* globs, NULL at the end */
	const char
		*control; /* the cell that is run as an A/A and a positive control, too; or NULL */
};

/* quick, ci, review; ends with one whose name is NULL. */
extern const struct preset preset_table[];

/* What `ipcmark` alone runs; not in the table. */
extern const struct preset preset_look;

/* By its name; NULL where there is none. */
const struct preset *preset_find(const char *name);

#endif
