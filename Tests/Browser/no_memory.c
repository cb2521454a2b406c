/* No memory for Argon2id while the file NO_MEMORY exists, for one program: preloaded. What a hash asks for at its standard cost, a
   little more than 19 MiB at once, is refused as the system refuses it; everything else is had. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    const char *mark = getenv("NO_MEMORY");
    if ((flags & MAP_ANONYMOUS) && length >= (size_t)19 << 20 && length < (size_t)20 << 20 && mark && access(mark, F_OK) == 0) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}
