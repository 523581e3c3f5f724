/* The system calls of the hot path, made in place: read(2), write(2), recv(2) and send(2).
 *
 * After a system call the processor has forgotten where calls return to (mitigations flush it), so
 * each level of calls around it costs some 6 ns to come back from. C libraries add one; this adds
 * none. Elsewhere than on x86-64 and AArch64 it is the library's syscall(2). */
#ifndef IPCMARK_TRANSFER_H
#define IPCMARK_TRANSFER_H

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* `number` is SYS_read, SYS_write (flags unused), SYS_recvfrom or SYS_sendto. Bytes moved, or
 * -errno; errno itself is left alone. Hot. */
static inline ssize_t transfer(long number, int fd, void *buffer, size_t bytes, long flags)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = flags;
	register long r8 __asm__("r8") = 0;
	register long r9 __asm__("r9") = 0;
	long result;

	__asm__ volatile(
		"syscall"
		: "=a"(result)
		: "a"(number), "D"((long)fd), "S"(buffer), "d"(bytes), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = fd;
	register void *x1 __asm__("x1") = buffer;
	register size_t x2 __asm__("x2") = bytes;
	register long x3 __asm__("x3") = flags;
	register long x4 __asm__("x4") = 0;
	register long x5 __asm__("x5") = 0;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory", "cc");
	return x0;
#else
	long result = syscall(number, fd, buffer, bytes, flags, 0, 0);

	return result < 0 ? -errno : result;
#endif
}

#endif
