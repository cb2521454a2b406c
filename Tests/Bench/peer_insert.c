/* The peer of `issue`: plain prepared inserts of rows of the same sizes, with the same indices, in the same store. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *db;

static void run(const char *sql) {
    char *message = 0;
    if (sqlite3_exec(db, sql, 0, 0, &message) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, message);
        exit(1);
    }
}

static void step(sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        exit(1);
    }
    sqlite3_reset(statement);
}

int main(int count, char **words) {
    int voters = atoi(words[2]), sealed = atoi(words[3]), chunk = 1000;
    if (count != 4 || sqlite3_open(words[1], &db) != SQLITE_OK) return 2;
    run("PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
        "PRAGMA cache_size = -65536");
    run("INSERT INTO outbox_frame (id, hash, content) VALUES (1, x'00', '{}')");
    sqlite3_stmt *identifier, *message;
    sqlite3_prepare_v2(db,
        "INSERT INTO issuance_identifier (election, voter, generation, state, hash, route, contact, created_at)"
        " VALUES (1, ?, 1, 'active', ?, 'email', ?, 1)", -1, &identifier, 0);
    sqlite3_prepare_v2(db,
        "INSERT INTO outbox_message (id, election, subject, kind, generation, channel, priority, state, frame, sealed,"
        " due_at, created_at) VALUES (?1, 1, ?1, 'identifier', 1, 'email', 2, 'waiting', 1, ?2, 1, 1)", -1, &message, 0);
    unsigned char *bytes = malloc(sealed + 16);
    for (int voter = 1; voter <= voters; voter++) {
        if (voter % chunk == 1) run("BEGIN IMMEDIATE");
        for (int index = 0; index < sealed + 16; index += 4) {
            int value = rand();
            memcpy(bytes + index, &value, sealed + 16 - index < 4 ? sealed + 16 - index : 4);
        }
        sqlite3_bind_int(identifier, 1, voter);
        sqlite3_bind_blob(identifier, 2, bytes, 16, SQLITE_STATIC);
        sqlite3_bind_blob(identifier, 3, bytes, 64, SQLITE_STATIC);
        step(identifier);
        sqlite3_bind_int(message, 1, voter);
        sqlite3_bind_blob(message, 2, bytes, sealed, SQLITE_STATIC);
        step(message);
        if (voter % chunk == 0 || voter == voters) run("COMMIT");
    }
    sqlite3_finalize(identifier);
    sqlite3_finalize(message);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
