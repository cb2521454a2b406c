import Contacts
import Crypto
import Delivery
import Foundation
import Testing

/// Several elections share relay and gateway, and none waits for another's mailing.
struct ShareTests {
    @Test func `elections take turns within a class, and no class waits for a lower one`() throws {
        let post = try Post()
        for number in 1...5 { try post.add("a\(number)", .batch, of: 1) }
        for number in 1...2 { try post.add("b\(number)", .batch, of: 2) }
        try post.add("c1", .batch, of: 7)
        try post.add("r1", .recovery, of: 7)
        #expect(try post.send().accepted == 9)
        #expect(post.gateway.seen == ["r1", "a1", "b1", "c1", "a2", "b2", "a3", "a4", "a5"])
    }

    @Test func `a large mailing of one election does not fill the hands of the dispatcher of mails`() throws {
        let post = try Post()
        for number in 1...300 { try post.add("a\(number)", .batch, by: .email, of: 1) }
        for number in 1...3 { try post.add("b\(number)", .batch, by: .email, of: 2) }
        let key = post.key
        let box = try #require(Mailbox(path: post.folder.appending(path: "mail").path))
        let courier = try Courier(
            store: post.store, outbox: post.outbox, mail: .folder(box), sms: nil, keyOf: { _ in key })
        #expect(try courier.run().accepted == 303)
        let folder = post.folder.appending(path: "mail/new").path
        let order = try FileManager.default.contentsOfDirectory(atPath: folder).map { name -> (Int, Date) in
            let made = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.modificationDate] as? Date
            return (Int(name.dropLast(".eml".count)) ?? 0, try #require(made))
        }.sorted { $0.1 < $1.1 }.map(\.0)
        #expect(order.count == 303)
        // Among the first that were taken together, not after the three hundred.
        #expect(order.prefix(128).count { $0 > 300 } == 3)
    }

    @Test func `messages of an election whose key is away hold up no other's`() throws {
        let post = try Post()
        for number in 1...3 { try post.add("a\(number)", .batch, of: 1) }
        try post.add("b1", .batch, of: 2)
        let key = post.key
        let courier = try Courier(
            store: post.store, outbox: post.outbox, mail: nil, sms: post.gateway,
            keyOf: { (number: Int) throws(KeyError) -> ElectionKey? in number == 1 ? nil : key })
        let report = try courier.run()
        #expect(report.accepted == 1 && report.troubles.count == 1 && post.gateway.seen == ["b1"])
        #expect(try post.states == ["waiting", "waiting", "waiting", "accepted"])
    }
}
