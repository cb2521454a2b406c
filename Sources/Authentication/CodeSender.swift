import Contacts
import Crypto
import Delivery
import Elections
import Issuance
import Journal
package import Store

/// Finds out for whom requests for a code are, and sends each its code.
package struct CodeSender {
    private let authenticator: Authenticator

    /// - Parameter authenticator: whose requests they are.
    package init(_ authenticator: Authenticator) { self.authenticator = authenticator }

    /// Requests served in one transaction.
    private static let chunk = 100

    /// Finds out for whom the waiting requests are and queues their codes; returns how many it looked at. Run by one worker,
    /// apart from the requests, so that no answer's time depends on who is known.
    package func serveRequests(_ store: Store) throws(StoreError) -> Int {
        let waiting = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number(
                "SELECT count(*) FROM access_request WHERE state = 'asked' AND election = ? AND realm = ?",
                authenticator.election.number, authenticator.realm.rawValue)
        }
        guard waiting > 0 else { return 0 }
        do throws(StoreError) { return try serveTogether(store) } catch {
            guard !error.isOfTheStore else { throw error }
            // One that cannot be served must not hold up the others.
            try serveEach(store)
            throw error
        }
    }

    /// Serves the first hundred in one transaction: one that throws undoes all.
    private func serveTogether(_ store: Store) throws(StoreError) -> Int {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int in
            let asked = try transaction.reading.all(
                """
                SELECT id, subject, purpose, state, label, source, turns, attempts, created_at, code_until, principal,
                    generation, route, avoid, typed, answered, proven, wants_reset, network, digits, renews
                FROM access_request WHERE state = 'asked' AND election = ? AND realm = ? ORDER BY id LIMIT ?
                """, authenticator.election.number, authenticator.realm.rawValue, CodeSender.chunk,
                row: CodeRequest.read)
            for request in asked { try serve(transaction, request) }
            return asked.count
        }
    }

    /// Serves the waiting requests one by one, and ends those that cannot be served.
    private func serveEach(_ store: Store) throws(StoreError) {
        let ids = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all(
                "SELECT id FROM access_request WHERE state = 'asked' AND election = ? AND realm = ? ORDER BY id LIMIT ?",
                authenticator.election.number, authenticator.realm.rawValue, CodeSender.chunk
            ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        }
        for id in ids {
            do throws(StoreError) {
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    let request = try transaction.reading.first(
                        """
                        SELECT id, subject, purpose, state, label, source, turns, attempts, created_at, code_until,
                            principal, generation, route, avoid, typed, answered, proven, wants_reset, network, digits, renews
                        FROM access_request WHERE id = ? AND state = 'asked'
                        """, id, row: CodeRequest.read)
                    if let request { try serve(transaction, request) }
                }
            } catch {
                // A full disk or a lock is no fault of the request: it waits.
                guard !error.isOfTheStore else { throw error }
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try transaction.execute(
                        "UPDATE access_request SET state = 'ended', sealed = NULL WHERE id = ?", id)
                }
            }
        }
    }

    /// Looks up whose identifier it is and queues the code; the request counts as sent whether anybody holds it or not.
    private func serve(_ transaction: borrowing Transaction, _ request: CodeRequest) throws(StoreError) {
        let account = try authenticator.directory.account(transaction.reading, hash: request.subject)
        guard let account else { return try note(transaction, request, nil, route: nil, message: nil) }
        let routes = permitted(
            try authenticator.directory.routes(transaction.reading, account.principal), account, request)
        guard !routes.isEmpty else {
            let hasLetter = account.printedCode != nil && request.purpose == .signIn
            return try note(transaction, request, account, route: hasLetter ? .letter : nil, message: nil)
        }
        if request.isQuiet {
            // The code is another request's, and so is the way it went: what this browser proved is that way.
            let source = try transaction.reading.first(
                "SELECT route FROM access_request WHERE id = ?", request.source
            ) { (row: borrowing Row) throws(StoreError) -> String? in try row[0] }
            let route = (source ?? nil).flatMap(Channel.init(rawValue:))
            return try note(transaction, request, account, route: route, message: nil)
        }
        let route = routes[request.turns % routes.count]
        let message = try order(transaction, request, account.principal, route)
        try note(transaction, request, account, route: route, message: message)
    }

    /// Queues the code's message; nil for a request that takes the code of another one's.
    private func order(
        _ transaction: borrowing Transaction, _ request: CodeRequest, _ principal: Principal, _ route: Channel
    ) throws(StoreError) -> Int? {
        let sealed = try transaction.reading.first("SELECT sealed, token FROM access_request WHERE id = ?", request.id)
        {
            (row: borrowing Row) throws(StoreError) -> (code: [UInt8]?, token: [UInt8]) in (try row[0], try row[1])
        }
        guard let sealed, let box = sealed.code else { return nil }
        guard let code = authenticator.sealer().open(box, associated: sealed.token) else {
            throw StoreError(.damaged, "A connection code does not open.", cure: "Run `store check`.")
        }
        var note = VoterNotification(
            request.purpose == .reset ? .resetCode : .code, by: route, priority: .code, generation: request.id)
        note.values = ["code": String(decoding: code, as: UTF8.self), "label": request.label]
        note.expiresAt = request.codeUntil
        return try authenticator.directory.send(transaction, principal, note)
    }

    /// Notes whose request it is and the way of its code; the sealed code goes.
    private func note(
        _ transaction: borrowing Transaction, _ request: CodeRequest, _ account: Account?, route: Channel?,
        message: Int?
    ) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE access_request SET state = 'sent', sealed = NULL, principal = ?2, generation = ?3, route = ?4,
                message = ?5, code = coalesce(?6, code)
            WHERE id = ?1
            """, request.id, account?.principal.text, account?.generation, route?.rawValue, message,
            route == .letter ? account?.printedCode : nil)
    }

    /// The channels that may carry a code.
    private func permitted(
        _ routes: [Channel], _ account: Account, _ request: CodeRequest
    ) -> [Channel] {
        request.purpose == .reset
            ? routes.filter { $0 != request.avoid } : authenticator.policy.codeWays(routes, identifier: account.route)
    }

    /// Ends what is over in its election, by that election's clock; run now and then by the worker.
    package func tidy(_ transaction: borrowing Transaction) throws(StoreError) {
        let (now, election) = (authenticator.clock.now, authenticator.election.number)
        try transaction.execute(
            "DELETE FROM access_request WHERE election = ? AND ends_at < ?", election, now - 3600)
        try transaction.execute("DELETE FROM access_session WHERE election = ? AND ends_at < ?", election, now)
        try transaction.execute(
            "DELETE FROM access_counter WHERE election = ? AND day < ? AND last_at < ?", election, now / 86_400 - 1,
            now - 86_400)
    }
}
