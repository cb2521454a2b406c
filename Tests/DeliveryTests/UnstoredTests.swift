import Contacts
import Delivery
import Dispatch
import Foundation
import Glibc
import Store
import Testing
import Threads

extension Post {
    /// From now on the store refuses to write down that a message was taken.
    fileprivate func jam() throws {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                CREATE TRIGGER jam BEFORE UPDATE ON outbox_message WHEN NEW.state = 'accepted'
                BEGIN SELECT RAISE(ABORT, 'jammed'); END
                """)
        }
    }

    fileprivate func free() throws { try UnstoredTests.free(store) }

    /// Waits until every message was written down as taken.
    fileprivate func waitUntilAccepted(_ count: Int) throws -> Bool {
        for _ in 0..<100 {
            if try states == Array(repeating: "accepted", count: count) { return true }
            usleep(100_000)
        }
        return false
    }
}

/// A store that takes nothing in for a while: who was written to is not written to again.
struct UnstoredTests {
    fileprivate static func free(_ store: Store) throws {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("DROP TRIGGER jam")
        }
    }

    @Test(arguments: [Priority.code, .batch])
    func `a mail that the relay took while the store was jammed goes out once`(priority: Priority) throws {
        let post = try Post()
        for number in 0..<3 { try post.add("m\(number)", priority, by: .email) }
        try post.jam()
        let relay = try SlowRelay(milliseconds: 1)
        defer { relay.stop() }
        let (courier, bell, group) = (try post.courier(relay), WakeSignal(), DispatchGroup())
        let troubled = DispatchSemaphore(value: 0)
        try courier.begin(bell, in: group) { reason in
            if reason.contains("jammed") { troubled.signal() }
        }
        #expect(troubled.wait(timeout: .now() + 20) == .success)
        let before = relay.taken
        #expect(try before > 0 && post.states == ["waiting", "waiting", "waiting"])
        // Still jammed: nothing further is begun.
        bell.ring()
        #expect(troubled.wait(timeout: .now() + 20) == .success)
        #expect(relay.taken == before)
        try post.free()
        bell.ring()
        #expect(try post.waitUntilAccepted(3))
        bell.stop()
        group.wait()
        #expect(relay.taken == 3)
    }

    @Test func `an SMS that the gateway took while the store was jammed is written down later, and goes out once`()
        throws
    {
        let post = try Post()
        for number in 0..<2 { try post.add("m\(number)", .code) }
        try post.jam()
        let key = post.key
        let courier = try Courier(
            store: post.store, outbox: post.outbox, mail: nil, sms: post.gateway, keyOf: { _ in key })
        let (bell, group, troubled) = (WakeSignal(), DispatchGroup(), DispatchSemaphore(value: 0))
        try courier.begin(bell, in: group) { reason in
            if reason.contains("jammed") { troubled.signal() }
        }
        #expect(troubled.wait(timeout: .now() + 20) == .success)
        #expect(post.gateway.seen.count == 1)
        try post.free()
        bell.ring()
        #expect(try post.waitUntilAccepted(2))
        bell.stop()
        group.wait()
        #expect(post.gateway.seen.sorted() == ["m0", "m1"])
    }

    @Test func `a command that ends waits until the store takes in what was sent`() throws {
        let post = try Post()
        try post.add("m", .batch, by: .email)
        try post.jam()
        let relay = try SlowRelay(milliseconds: 1)
        defer { relay.stop() }
        let (group, store) = (DispatchGroup(), post.store)
        try OwnThread.begin("freeing the store", in: group) {
            for _ in 0..<100 where relay.taken == 0 { usleep(50_000) }
            usleep(1_000_000)
            do { try UnstoredTests.free(store) } catch { Issue.record("\(error)") }
        }
        #expect(throws: StoreError.self) { try post.courier(relay).run() }
        group.wait()
        #expect(try post.states == ["accepted"] && relay.taken == 1)
    }

    @Test func `a dispatcher that lost its lease writes down what was sent, and stays away`() throws {
        let post = try Post()
        for number in 0..<2 { try post.add("m\(number)", .batch, by: .email) }
        let mails = try #require(Mailbox(path: post.folder.appending(path: "mails").path))
        let key = post.key
        let courier = try Courier(
            store: post.store, outbox: post.outbox, mail: .folder(mails), sms: nil, keyOf: { _ in key })
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE outbox_dispatcher SET owner = 'other', expires_at = expires_at + 1000")
        }
        post.wait(seconds: 30)
        for _ in 0..<2 {
            let error = #expect(throws: StoreError.self) { try courier.run() }
            #expect(error?.kind == .busy)
        }
        #expect(try post.states == ["waiting", "waiting"])
    }
}
