#include <sqlite3.h>

/* Zeroes what the log's index (STORE-shm) still tells of frames that are in the log no more: page numbers in the order in which
   they were written. Only under the writer's lock and for regions of which the log has no frame, where no reader looks. The first
   136 bytes are the index's head and locks (two WalIndexHdr, one WalCkptInfo); regions have 32 KiB. Returns SQLITE_OK, or why
   not. */
static inline int isoloir_sqlite_wipe_log_index(sqlite3 *database, int first, int regions) {
    sqlite3_file *file = 0;
    int result = sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (result != SQLITE_OK) return result;
    if (!file || !file->pMethods || file->pMethods->iVersion < 2 || !file->pMethods->xShmMap) return SQLITE_MISUSE;
    for (int region = first; region < regions; region++) {
        void volatile *memory = 0;
        result = file->pMethods->xShmMap(file, region, 32768, 0, &memory);
        if (result != SQLITE_OK) return result;
        if (!memory) break;
        int head = region ? 0 : 136;
        for (int at = head; at < 32768; at++) ((volatile unsigned char *)memory)[at] = 0;
    }
    return SQLITE_OK;
}

/* sqlite3_config is variadic, which Swift cannot call. Memory statistics cost a mutex at every allocation. */
static inline int isoloir_sqlite_without_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
