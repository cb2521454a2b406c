import Authentication
import Crypto
import Elections
import Foundation
import Journal
import Store
import TestSupport
import Testing

/// The help desk of the sample election, in a store of its own.
private final class Desk {
    private let base: TestElection
    let queue: SupportQueue
    var store: Store { base.store }

    init() throws {
        base = try TestElection()
        queue = SupportQueue(election: base.election, key: base.key, clock: base.time, randomness: .system)
    }

    func note(_ traces: [String: SupportQueue.Trace]) throws {
        let queue = queue
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try queue.note(transaction, traces)
        }
    }

    func trace(_ code: String) throws -> SupportQueue.Trace? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try queue.trace(reading, code: code) }
    }

    func number(_ sql: StaticString) throws -> Int {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try reading.number(sql) }
    }
}

private func trace(_ step: String, at: Int = 2, isForm: Bool) -> SupportQueue.Trace {
    SupportQueue.Trace(step: step, trouble: "", at: at, isForm: isForm)
}

struct HelpQueueTests {
    @Test func `a look at a page begins no trace, and follows one that a form began`() throws {
        let desk = try Desk()
        try desk.note(["AAAAA": trace("home", isForm: false)])
        #expect(try desk.trace("AAAAA") == nil)
        try desk.note(["AAAAA": trace("code", isForm: true), "BBBBB": trace("help", isForm: false)])
        #expect(try desk.trace("AAAAA")?.step == "code")
        try desk.note(["AAAAA": trace("space", at: 3, isForm: false)])
        #expect(try desk.trace("AAAAA")?.step == "space")
        #expect(try desk.number("SELECT count(*) FROM recovery_trace") == 1)
    }

    @Test func `traces do not grow without end, and the oldest go first`() throws {
        let desk = try Desk()
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
                INSERT INTO recovery_trace (election, code, step, trouble, at)
                SELECT (SELECT id FROM election_definition), 'X' || i, 'code', '', i FROM n
                """, SupportQueue.mostTraces)
        }
        try desk.note(["AAAAA": trace("code", at: 9_000_000, isForm: true)])
        #expect(try desk.number("SELECT count(*) FROM recovery_trace") == SupportQueue.mostTraces)
        #expect(try desk.trace("X1") == nil)
        #expect(try desk.trace("X2") != nil && desk.trace("AAAAA") != nil)
    }

    @Test func `questions come in pages`() throws {
        let (desk, count) = (try Desk(), SupportQueue.pageSize + 5)
        let queue = desk.queue
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for number in 1...count {
                let question = SupportQueue.Question(name: "A\(number)", contact: "b", text: "c")
                _ = try queue.ask(transaction, code: "AAAAA", question)
            }
        }
        let (first, rest, waiting) = try desk.store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([SupportQueue.Entry], [SupportQueue.Entry], Int) in
            let first = try queue.questions(reading, withDone: false, limit: SupportQueue.pageSize)
            let last = first.last?.id ?? 0
            return (
                first, try queue.questions(reading, withDone: false, after: last, limit: SupportQueue.pageSize),
                try queue.waiting(reading)
            )
        }
        #expect(first.count == SupportQueue.pageSize && rest.count == 5 && waiting == count)
        #expect(rest.last?.question.name == "A\(count)")
    }
}
