/* Keeps what would survive a power cut: whenever a file of the store is synced, its bytes are copied into POWER_FOLDER. With
 * POWER_FORGETS set, syncs of the write-ahead log are not kept, as if the store ran with synchronous=NORMAL. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void keep(int file) {
    char link[64], path[4096], draft[4200], kept[4200], bytes[65536];
    const char *folder = getenv("POWER_FOLDER");
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!folder || length < 0) return;
    path[length] = 0;
    const char *name = strrchr(path, '/') + 1;
    if (!strstr(name, ".sqlite")) return;
    if (getenv("POWER_FORGETS") && strstr(name, "-wal")) return;
    snprintf(draft, sizeof draft, "%s/%s.%ld.draft", folder, name, syscall(SYS_gettid));
    snprintf(kept, sizeof kept, "%s/%s", folder, name);
    int from = open(path, O_RDONLY), to = open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t count;
    while ((count = read(from, bytes, sizeof bytes)) > 0)
        if (write(to, bytes, count) != count) abort();
    close(from);
    close(to);
    rename(draft, kept);
}

int fdatasync(int file) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    int result = real(file);
    if (!result) keep(file);
    return result;
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    int result = real(file);
    if (!result) keep(file);
    return result;
}
