import Crypto
package import Journal
package import Store

/// How often a secret may be tried, one after the other: guessing ends, and nobody is kept out for good. Passphrases, second factors
/// and answers on the telephone are counted here, each for its own subject; guesses at one-time codes, of which each code allows a few,
/// have `CodeLimits`.
package struct AttemptLimiter: Sendable {
    /// Attempts before the first wait.
    static let free = 5
    /// Seconds of the first wait, doubled with each further attempt, ...
    static let firstWait = 30
    /// ... and of the longest one.
    static let longestWait = 900

    private let clock: Clock

    /// - Parameter clock: by which waits end.
    init(clock: Clock) { self.clock = clock }

    /// What attempts at something else than a sign-in's secret are counted for; a sign-in's has the keyed hash of what was typed.
    package enum Subject {
        /// A member's authenticator.
        case factor(Principal)
        /// The question of the roll, which a voter answers on the telephone.
        case callerAnswer(voter: Int)

        /// The form in which it is stored.
        package var bytes: [UInt8] {
            switch self {
            case .factor(let member): Array("factor:\(member.text)".utf8)
            case .callerAnswer(let voter): Array("desk:\(voter)".utf8)
            }
        }
    }

    /// When the next attempt is due after so many, of which the last was at `last`; nil for one that waits for nothing, also because
    /// the clock went back since.
    private func due(_ failures: Int, last: Int) -> Int? {
        guard failures >= AttemptLimiter.free, last <= clock.now else { return nil }
        let doublings = min(failures - AttemptLimiter.free, Int.bitWidth / 4)
        return last + min(AttemptLimiter.longestWait, AttemptLimiter.firstWait << doublings)
    }

    private func found(
        _ reading: borrowing Reading, _ election: Int, _ subject: [UInt8]
    ) throws(StoreError) -> (failures: Int, last: Int)? {
        try reading.first(
            "SELECT failures, last_at FROM passphrase_throttle WHERE election = ? AND subject = ?", election, subject
        ) { (row: borrowing Row) throws(StoreError) -> (failures: Int, last: Int) in (try row[0], try row[1]) }
    }

    /// Counts an attempt, before it is checked; false when it is not due yet, and then nothing is counted. A clock that went back makes
    /// nobody wait.
    /// - Parameters:
    ///   - subject: what attempts are counted for, known or not.
    ///   - always: counts it and never puts it off.
    package func begin(
        _ transaction: borrowing Transaction, election: Int, subject: [UInt8], always: Bool = false
    ) throws(StoreError) -> Bool {
        // Nobody else writes meanwhile: what is read here is what is counted on.
        if !always, let (failures, last) = try found(transaction.reading, election, subject),
            let due = due(failures, last: last), due > clock.now
        {
            return false
        }
        return try transaction.execute(
            """
            INSERT INTO passphrase_throttle (election, subject, failures, last_at) VALUES (?1, ?2, 1, ?3)
            ON CONFLICT (election, subject) DO UPDATE SET failures = failures + 1, last_at = ?3
            """, election, subject, clock.now) == 1
    }

    /// Gives back an attempt that could not be checked: the next one is due at once, as this one was.
    package func giveBack(_ transaction: borrowing Transaction, election: Int, subject: [UInt8]) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE passphrase_throttle SET failures = max(0, failures - 1), last_at = last_at - ?3
            WHERE election = ?1 AND subject = ?2
            """, election, subject, AttemptLimiter.longestWait)
    }

    /// Seconds until the next attempt is due; 0 when it is due now.
    package func wait(_ reading: borrowing Reading, election: Int, subject: [UInt8]) throws(StoreError) -> Int {
        guard let (failures, last) = try found(reading, election, subject), let due = due(failures, last: last) else {
            return 0
        }
        return max(0, due - clock.now)
    }

    /// Forgets the attempts after a right one, or when its owner has recovered access.
    package func succeed(
        _ transaction: borrowing Transaction, election: Int, subject: [UInt8]
    ) throws(StoreError) {
        try transaction.execute(
            "DELETE FROM passphrase_throttle WHERE election = ? AND subject = ?", election, subject)
    }
}
