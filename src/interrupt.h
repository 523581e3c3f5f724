/* SIGINT and SIGTERM as events: a run that is asked to stop keeps what it has measured. */
#ifndef IPCMARK_INTERRUPT_H
#define IPCMARK_INTERRUPT_H

/* From here on the two signals are noted instead of ending the program. 0, or -errno with a note.
 */
int interrupt_catch(void);

/* Becomes readable when a signal is there, for poll; -1 before interrupt_catch. Nobody reads it. */
int interrupt_fd(void);

/* The opposite: the one that came is done with, the next ends the program again. */
void interrupt_release(void);

/* The signal that came, 0 while there is none. */
int interrupt_pending(void);

#endif
