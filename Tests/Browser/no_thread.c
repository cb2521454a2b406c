/* A machine that gives a program no more threads than THREADS_LEFT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int begun;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *), void *context) {
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = dlsym(RTLD_NEXT, "pthread_create");
    const char *left = getenv("THREADS_LEFT");
    if (left && atomic_fetch_add(&begun, 1) >= atoi(left)) return EAGAIN;
    return create(thread, attributes, work, context);
}
