import CSQLite

/// Why the store could not do what was asked, and what to do about it.
///
/// Domain functions of every room throw this type alone: a refusal (a wrong code, an unknown voter) is a result, never
/// an error.
package struct StoreError: Error, CustomStringConvertible {
    /// What sort of trouble it is; the command line and the server choose their words by it.
    package enum Kind: Sendable, Equatable {
        /// `moved`: the file is not the one that was opened.
        case moved, full, readOnly, newerSchema, busy, notAStore, damaged, missing, constraint, failed
    }

    /// What callers act on; the words are for people.
    package let kind: Kind
    /// What went wrong, for which input.
    package let message: String
    /// What to do about it; empty where there is nothing general to say.
    package let cure: String
    /// SQLite's extended result code, 0 where SQLite was not involved.
    package let code: Int32

    /// - Parameters: sentences with their full stops, without values of voters.
    package init(_ kind: Kind, _ message: String, cure: String = "", code: Int32 = 0) {
        self.kind = kind
        self.message = message
        self.cure = cure
        self.code = code
    }

    /// Whether the store as a whole is in trouble, and not what was asked of it: the same may succeed later.
    package var isOfTheStore: Bool {
        [.busy, .full, .moved, .readOnly].contains(kind)
            // The disk, the memory, the descriptors.
            || [SQLITE_IOERR, SQLITE_NOMEM, SQLITE_CANTOPEN].contains(code & 0xFF)
    }

    /// Both sentences, as the command line prints them.
    package var description: String { cure.isEmpty ? message : "\(message) \(cure)" }

    /// Puts SQLite's result code into words. `context` is a path or a statement, never a value.
    static func sqlite(_ code: Int32, _ message: String, context: String) -> StoreError {
        let primary = code & 0xFF
        switch primary {
        case SQLITE_FULL:
            return StoreError(
                .full, "The disk that holds the store is full (\(message)).",
                cure: "Nothing of this operation was kept. Free some space and run it again.", code: code)
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            return StoreError(
                .readOnly, "The store cannot be written: \(message) (\(context)).",
                cure: "Check the permissions of the file and its folder, and that the volume is mounted for writing.",
                code: code)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return StoreError(
                .busy, "Another program has kept the store locked for \(Connection.busySeconds) seconds.",
                cure: "Let it finish (a database browser left open, a copy being made), then run this again.",
                code: code)
        case SQLITE_NOTADB:
            return StoreError(
                .notAStore, "\(context) is not an Isoloir store.",
                cure: "Give the right file with --store, or another name to create a new one.", code: code)
        case SQLITE_CORRUPT:
            return StoreError(
                .damaged, "The store is damaged: \(message) (\(context)).",
                cure: "Stop the server, keep the file as it is, and restore the latest backup with `store restore`.",
                code: code)
        case SQLITE_CANTOPEN:
            return StoreError(
                .missing, "The store cannot be opened: \(context).",
                cure: "Check that the folder exists and that this account may write in it.", code: code)
        case SQLITE_IOERR:
            return StoreError(
                .failed, "The disk failed while the store was being used: \(message) (\(context)).",
                cure: "Check the disk and the free space, then run `store check`.", code: code)
        case SQLITE_CONSTRAINT:
            return StoreError(.constraint, "The store refused a value: \(message) (\(context)).", code: code)
        default:
            return StoreError(.failed, "The store failed with code \(code): \(message) (\(context)).", code: code)
        }
    }
}
