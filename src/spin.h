/* What a spinning loop does between two looks. */
#ifndef IPCMARK_SPIN_H
#define IPCMARK_SPIN_H

/* Tells the CPU that this is a spin loop; takes a few cycles to a few dozen. Hot. */
static inline void spin_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory"); /* yield does nothing on most cores */
#endif
}

#endif
