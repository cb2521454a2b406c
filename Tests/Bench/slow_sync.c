/* A disk on which every sync takes four milliseconds, as a plain SSD without a protected cache. */
#define _GNU_SOURCE
#include <unistd.h>

int fdatasync(int file) { (void)file; usleep(4000); return 0; }
int fsync(int file) { (void)file; usleep(4000); return 0; }
