import Contacts
import Store

/// What is due, shared out between elections: a mailing of one never keeps another's messages of the same class waiting for more
/// than a turn.
extension OutboxLease {
    /// The messages that are due, the most urgent class first, and of each class as many of one election as of another while both
    /// have some. Mails stay `waiting` in the store while they are handed over: only the one dispatcher does that, and if it dies
    /// they simply wait again.
    /// - Parameter order: how many at most, of which channel and classes, and which are left out.
    func due(_ reading: borrowing Reading, _ order: LeaseOrder) throws(StoreError) -> [LeasedMessage] {
        var (leased, taken) = ([LeasedMessage](), order.except)
        for priority in Priority.allCases where order.classes.contains(priority) {
            if priority != .code, try isHeld(reading, order.route) { break }
            var elections = try waiting(reading, order, priority)
            while leased.count < order.limit, !elections.isEmpty {
                let share = max(1, (order.limit - leased.count) / elections.count)
                var further: [Int] = []
                for election in elections where leased.count < order.limit {
                    let found = try first(reading, order, priority, election, count: share, except: taken)
                    leased += found
                    taken.formUnion(found.map(\.id))
                    if found.count == share { further.append(election) }
                }
                elections = further
            }
        }
        return leased
    }

    /// Whether people hold a channel back, but for codes.
    private func isHeld(_ reading: borrowing Reading, _ route: Channel) throws(StoreError) -> Bool {
        try reading.number("SELECT EXISTS (SELECT 1 FROM outbox_hold WHERE channel = ?)", route.rawValue) == 1
    }

    /// The elections of which messages of a class wait, due or not; the one after the last served comes first.
    private func waiting(
        _ reading: borrowing Reading, _ order: LeaseOrder, _ priority: Priority
    ) throws(StoreError) -> [Int] {
        // One step in the index for each election, however many messages it has.
        let all = try reading.all(
            """
            WITH RECURSIVE waiting (number) AS (
                SELECT min(election) FROM outbox_message WHERE state = 'waiting' AND channel = ?1 AND priority = ?2
                UNION ALL
                SELECT (SELECT min(election) FROM outbox_message
                    WHERE state = 'waiting' AND channel = ?1 AND priority = ?2 AND election > number)
                FROM waiting WHERE number IS NOT NULL)
            SELECT number FROM waiting WHERE number IS NOT NULL
            """, order.route.rawValue, priority.rawValue
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        let open = all.filter { !order.blocked.contains($0) }
        return open.filter { $0 > order.after } + open.filter { $0 <= order.after }
    }

    /// The first messages of one election and class that are due.
    private func first(
        _ reading: borrowing Reading, _ order: LeaseOrder, _ priority: Priority, _ election: Int, count: Int,
        except: Set<Int>
    ) throws(StoreError) -> [LeasedMessage] {
        var leased: [LeasedMessage] = []
        try reading.each(
            """
            SELECT id, frame, attempts + 1, sealed FROM outbox_message
            WHERE state = 'waiting' AND channel = ?1 AND priority = ?2 AND election = ?3 AND due_at <= ?4
                AND (expires_at IS NULL OR expires_at > ?4)
            ORDER BY due_at LIMIT ?5
            """, order.route.rawValue, priority.rawValue, election, clock.now, count + except.count
        ) { (row: borrowing Row) throws(StoreError) in
            let id: Int = try row[0]
            guard !except.contains(id), leased.count < count else { return }
            leased.append(
                LeasedMessage(
                    id: id, election: election, route: order.route, priority: priority.rawValue, frame: try row[1],
                    attempts: try row[2], sealed: try row[3]))
        }
        return leased
    }
}
