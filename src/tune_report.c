/* See tune_report.h. */
#include "tune_report.h"

#include <stdbool.h>
#include <string.h>

static bool is_told_with(const struct tune_file *a, const struct tune_file *b)
{
	return a->setting == b->setting && a->state == b->state && a->error == b->error &&
		strcmp(a->found, b->found) == 0 && strcmp(a->now, b->now) == 0;
}

/* How many files have the same to say as file i; 0 where one before it says so. */
static size_t told_together(const struct tune *tune, size_t i)
{
	size_t count = 0;

	for (size_t j = 0; j < tune->count; j++) {
		if (!is_told_with(&tune->files[i], &tune->files[j]))
			continue;
		if (j < i)
			return 0;
		count++;
	}
	return count;
}

static const char *readable(const char *value)
{
	return *value ? value : "nothing";
}

static void tell_refused(FILE *out, const struct tune_file *file)
{
	if (file->error)
		fprintf(out, "stays %s: %s", readable(file->now), strerror(file->error));
	else
		fprintf(out, "%s was written, and it reads %s", file->setting->wanted,
			readable(file->now));
}

static void tell_stuck(FILE *out, const struct tune_file *file)
{
	fprintf(out, "NOT RESTORED: was %s, reads %s%s%s", readable(file->found),
		readable(file->now), file->error ? ": " : "",
		file->error ? strerror(file->error) : "");
}

static void tell_state(FILE *out, const struct tune_file *file)
{
	switch (file->state) {
	case TUNE_KEPT: fprintf(out, "%s, kept", readable(file->found)); break;
	case TUNE_ALREADY: fprintf(out, "already %s", file->found); break;
	case TUNE_TO_SET:
	case TUNE_SET:
		fprintf(out, "%s -> %s", readable(file->found), file->setting->wanted);
		break;
	case TUNE_REFUSED: tell_refused(out, file); break;
	case TUNE_RESTORED: fprintf(out, "%s again", readable(file->found)); break;
	case TUNE_CHANGED:
		fprintf(out, "something else made it %s meanwhile: left so", readable(file->now));
		break;
	case TUNE_STUCK: tell_stuck(out, file); break;
	}
}

void tune_tell(const struct tune_voice *voice, const struct tune *tune, unsigned states)
{
	for (size_t i = 0; i < tune->count; i++) {
		const struct tune_file *file = &tune->files[i];
		size_t count = states & TUNE_IN(file->state) ? told_together(tune, i) : 0;

		if (count == 0)
			continue;
		fprintf(voice->out, "%s%s: ", voice->prefix, file->setting->name);
		tell_state(voice->out, file);
		fprintf(voice->out, " (%s", file->path);
		if (count > 1)
			fprintf(voice->out, " and %zu more", count - 1);
		fputs(file->state == TUNE_TO_SET ? "): " : ")\n", voice->out);
		if (file->state == TUNE_TO_SET)
			fprintf(voice->out, "%s\n", file->setting->why);
	}
}

static bool is_here(const struct tune *tune, const char *name)
{
	for (size_t i = 0; i < tune->count; i++)
		if (strcmp(tune->files[i].setting->name, name) == 0)
			return true;
	return false;
}

void tune_tell_absent(const struct tune_voice *voice, const struct tune *tune, uint32_t leave)
{
	const char *last = NULL;

	for (const struct tune_setting *row = tune_settings; row->name; row++) {
		if (!row->wanted || (last && strcmp(row->name, last) == 0) ||
			tune_rows(row->name) & leave || is_here(tune, row->name))
			continue;
		if (last)
			fprintf(voice->out, ", %s", row->name);
		else
			fprintf(voice->out, "%snot on this machine: %s", voice->prefix, row->name);
		last = row->name;
	}
	if (last)
		fputc('\n', voice->out);
}
