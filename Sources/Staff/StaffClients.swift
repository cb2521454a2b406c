import Crypto
import Elections
import Issuance
package import Journal
package import Store

/// Programs that use the API: each has a token of its own and one role.
package struct StaffClients: Sendable {
    private let register: StaffRegister

    /// Days for which a token may be valid: longer than an election and its appeals.
    package static let longestDays = 366
    /// What a token begins with, so that a scanner of repositories finds a leaked one.
    private static let mark = "isoloir_"
    /// Seconds for which an answer to an idempotency key is remembered.
    private static let answerSeconds = 86_400

    /// The programs of the register's election.
    package init(_ register: StaffRegister) { self.register = register }

    /// A program that may use the API.
    package struct Client: Sendable, Equatable {
        /// Its number in the store, to which idempotency keys belong.
        package let id: Int
        /// Given once in an election, like a member's; letters, digits, dots and hyphens.
        package let name: String
        /// What it may do; the rules about two persons see the member who made it.
        package let role: StaffRole
        /// Who made the token: `staff:name`, or `system:` at the command line.
        package let addedBy: String
        /// Seconds since 1970, a year from its making at most.
        package let expiresAt: Int

        /// As the journal knows it.
        package var principal: Principal { .staff(StaffRegister.clientPrefix + name) }
    }

    private var election: Int { register.election.number }

    /// Makes a token, which is shown this once; nil when the name is taken or no name.
    package func add(
        _ transaction: borrowing Transaction, name: String, role: StaffRole, days: Int, by principal: Principal
    ) throws(StoreError) -> String? {
        guard StaffRegister.isName(name) else { return nil }
        let taken = try transaction.reading.number(
            "SELECT count(*) FROM staff_client WHERE election = ? AND name = ?", election, name)
        guard taken == 0 else { return nil }
        let token = StaffClients.mark + hex(register.randomness.bytes(32))
        let ends = register.clock.now + max(1, min(days, StaffClients.longestDays)) * 86_400
        try transaction.execute(
            """
            INSERT INTO staff_client (election, name, role, hash, added_by, added_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, election, name, role.rawValue, hash(token), principal.text, register.clock.now, ends)
        try register.journal.record(
            transaction, election: register.election.election.id, by: principal, .clientAdd,
            ["name": name, "role": role.rawValue, "expires": "\(ends)"])
        return token
    }

    /// Ends a token; false when there is none of this name.
    package func remove(
        _ transaction: borrowing Transaction, name: String, by principal: Principal
    ) throws(StoreError) -> Bool {
        let changed = try transaction.execute(
            "UPDATE staff_client SET removed_at = ? WHERE election = ? AND name = ? AND removed_at IS NULL",
            register.clock.now, election, name)
        guard changed == 1 else { return false }
        try register.journal.record(
            transaction, election: register.election.election.id, by: principal, .clientRemove, ["name": name])
        return true
    }

    /// The tokens in force, by name.
    package func all(_ reading: borrowing Reading) throws(StoreError) -> [Client] {
        try reading.all(
            """
            SELECT id, name, role, added_by, expires_at FROM staff_client
            WHERE election = ? AND removed_at IS NULL AND expires_at > ? ORDER BY name
            """, election, register.clock.now, row: StaffClients.read)
    }

    /// Whose token this is; nil when it is nobody's, or has ended.
    package func client(_ reading: borrowing Reading, token: String) throws(StoreError) -> Client? {
        try reading.first(
            """
            SELECT id, name, role, added_by, expires_at FROM staff_client
            WHERE hash = ? AND election = ? AND removed_at IS NULL AND expires_at > ?
            """, hash(token), election, register.clock.now, row: StaffClients.read)
    }

    private static func read(_ row: borrowing Row) throws(StoreError) -> Client {
        Client(
            id: try row[0], name: try row[1], role: try row.value(2), addedBy: try row[3], expiresAt: try row[4])
    }

    private func hash(_ token: String) -> [UInt8] { LookupKey(register.key.subkey(.staff)).hash("client:" + token) }

    // MARK: Idempotency

    /// What is known of a request that carries a key.
    package enum Earlier: Sendable, Equatable {
        /// It is the first: its answer is to be noted.
        case none
        /// It was answered so; the body opens with the election's key.
        case answered(status: Int, body: [UInt8])
        /// Another request carried this key, or the first one is still under way.
        case conflict
    }

    /// Begins a request that carries an idempotency key.
    package func begin(
        _ transaction: borrowing Transaction, _ client: Client, key: String, request: [UInt8]
    ) throws(StoreError) -> Earlier {
        try transaction.execute(
            "DELETE FROM staff_answer WHERE at < ?", register.clock.now - StaffClients.answerSeconds)
        let digest = sha256(request)
        let known = try transaction.reading.first(
            "SELECT request, status, body FROM staff_answer WHERE client = ? AND key = ?", client.id, key
        ) { (row: borrowing Row) throws(StoreError) -> (request: [UInt8], status: Int?, body: [UInt8]?) in
            (try row[0], try row[1], try row[2])
        }
        guard let known else {
            try transaction.execute(
                "INSERT INTO staff_answer (client, key, request, at) VALUES (?, ?, ?, ?)", client.id, key, digest,
                register.clock.now)
            return .none
        }
        guard known.request == digest, let status = known.status, let sealed = known.body,
            let body = register.sealer().open(sealed, associated: place(client, key))
        else { return .conflict }
        return .answered(status: status, body: body)
    }

    /// Notes the answer of a request; one that failed by our fault is forgotten, so that it may be repeated.
    package func finish(
        _ transaction: borrowing Transaction, _ client: Client, key: String, status: Int, body: [UInt8]
    ) throws(StoreError) {
        if status >= 500 {
            try transaction.execute("DELETE FROM staff_answer WHERE client = ? AND key = ?", client.id, key)
        } else {
            try transaction.execute(
                "UPDATE staff_answer SET status = ?, body = ? WHERE client = ? AND key = ?", status,
                register.sealer().seal(body, associated: place(client, key)), client.id, key)
        }
    }

    private func place(_ client: Client, _ key: String) -> [UInt8] { register.place("answer:\(client.id):\(key)") }
}
