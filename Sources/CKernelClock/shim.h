#include <sys/timex.h>

/* Swift's Glibc module leaves this header out. The question alone: modes = 0 sets nothing. Returns 1 where the kernel says that
   its clock is synchronised, with the kernel's time; 0 where it does not, or may not be asked. */
static inline int isoloir_kernel_time(long *seconds) {
    struct timex answer = {.modes = 0};
    int state = adjtimex(&answer);
    if (state < 0 || state == TIME_ERROR || (answer.status & STA_UNSYNC)) return 0;
    *seconds = answer.time.tv_sec;
    return 1;
}
