#include <sqlite3.h>

/* sqlite3_config is variadic, which Swift cannot call. Memory statistics cost a mutex at every allocation. */
static inline int isoloir_sqlite_without_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
