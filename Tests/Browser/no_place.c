/* A program that has no descriptor left for its first connections: NO_PLACE of them. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int refused;

int accept(int file, struct sockaddr *restrict address, socklen_t *restrict size) {
    const char *most = getenv("NO_PLACE");
    if (most && atomic_fetch_add(&refused, 1) < atoi(most)) {
        errno = EMFILE;
        return -1;
    }
    return (int)syscall(SYS_accept, file, address, size);
}
