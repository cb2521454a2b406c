#include <sodium.h>
#include <sys/prctl.h>

/// No other process of this account reads the memory of this one. prctl takes any number of arguments, which Swift cannot call.
static inline int isoloir_hide_memory(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
