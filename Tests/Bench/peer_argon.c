/* Checks passphrases by Argon2id on as many threads as asked for so many seconds, and prints how many a second. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char hash[crypto_pwhash_STRBYTES];
static double end;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void *work(void *count) {
    while (now() < end) {
        if (crypto_pwhash_str_verify(hash, "a passphrase of a voter", 23) != 0) abort();
        ++*(long *)count;
    }
    return NULL;
}

int main(int argc, char **argv) {
    int threads = atoi(argv[1]);
    double seconds = atof(argv[2]);
    long counts[64] = {0};
    pthread_t running[64];
    if (argc != 3 || threads > 64 || sodium_init() < 0) return 1;
    if (crypto_pwhash_str_alg(hash, "a passphrase of a voter", 23, 2, 19 << 20, crypto_pwhash_ALG_ARGON2ID13) != 0) return 1;
    double start = now();
    end = start + seconds;
    for (int i = 0; i < threads; i++) pthread_create(&running[i], NULL, work, &counts[i]);
    long sum = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(running[i], NULL);
        sum += counts[i];
    }
    printf("%.2f\n", sum / (now() - start));
    return 0;
}
