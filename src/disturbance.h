/* How bad a disturbance of a measurement is, by the thresholds of METHOD, part 6. */
#ifndef IPCMARK_DISTURBANCE_H
#define IPCMARK_DISTURBANCE_H

enum disturbance {
	DISTURBANCE_NONE,    /* also where nothing is known: the figure itself is then NaN */
	DISTURBANCE_WARNING, /* the figures stand, with a word beside them */
	DISTURBANCE_INVALID, /* the run is not what was asked for */
};

/* Fractions of 1; what is larger disturbs. */
#define FOREIGN_WARNING   0.005 /* of the used CPUs' time: other people's work */
#define FOREIGN_INVALID   0.05
#define STEAL_WARNING     0.001 /* of the used CPUs' time: the host ran something else */
#define STEAL_INVALID     0.01
#define FREQUENCY_WARNING 0.02 /* of the fixed work's time, between two measurements */
#define FREQUENCY_INVALID 0.10

static inline enum disturbance disturbance_judge(double value, double warning, double invalid)
{
	if (value > invalid)
		return DISTURBANCE_INVALID;
	return value > warning ? DISTURBANCE_WARNING : DISTURBANCE_NONE;
}

#endif
