package import Store

/// The latest snapshot of each election.
package enum TurnoutSchema {
    /// In the order in which they are applied; each is applied once and never changed afterwards.
    package static let migrations = [
        // The table was made under the name of the room that held it before.
        Migration("turnout-1", "ALTER TABLE bureau_snapshot RENAME TO turnout_snapshot;")
    ]
}
