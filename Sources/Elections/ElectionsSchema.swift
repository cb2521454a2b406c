package import Store

/// The elections' table: each holds its definition as the organiser wrote it, the one truth from which the rest is read.
package enum ElectionsSchema {
    package static let migrations = [
        Migration(
            "elections-1",
            """
            CREATE TABLE election_definition (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                definition TEXT NOT NULL,
                stored_at INTEGER NOT NULL
            ) STRICT;
            """)
    ]
}
