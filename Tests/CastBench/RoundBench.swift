import Crypto
import Dispatch
import Elections
import Foundation
import Polling
import Store
import Synchronization

/// How long votes wait while a round of a large box is read and written. Prints "begin" and "end" around the round, and last the
/// number of writes, the longest wait and the round's time in milliseconds.
enum RoundBench {
    /// Votes that come meanwhile, and microseconds between two.
    static let (voters, pause) = (1500, UInt32(4000))
    static let slotBytes = 12_288
    /// Of ten slots one holds a new ballot, four hold published ones, five are empty.
    static let (share, fresh, published) = (10, 1, 5)

    static func run(slots: Int) throws {
        let folder = URL(fileURLWithPath: NSTemporaryDirectory()).appending(path: "isoloir-rounds-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let time = Mutex(0)
        let poll = try BenchPoll(folder: folder, voters: voters, after: { time.withLock { $0 } })
        try fill(poll, slots)
        while try !poll.store.truncateLog() { usleep(pause) }
        time.withLock { $0 = BoxRounds.roundSeconds }
        let isOver = Atomic(false)
        let waits = Mutex([Double]())
        let group = DispatchGroup()
        let thread = Thread {
            for index in 0..<voters where !isOver.load(ordering: .relaxed) {
                let start = ContinuousClock.now
                let casting = try? poll.station.casting.put(
                    poll.checked[index], voter: poll.voters[index], sessionOpenedAt: 0)
                guard case .cast = casting else { break }
                let wait = (ContinuousClock.now - start) / .milliseconds(1)
                waits.withLock { $0.append(wait) }
                usleep(pause)
            }
            group.leave()
        }
        group.enter()
        say("begin")
        let start = ContinuousClock.now
        thread.start()
        let turned = try poll.station.rounds.turn()
        let taken = (ContinuousClock.now - start) / .milliseconds(1)
        say("end")
        isOver.store(true, ordering: .relaxed)
        group.wait()
        let all = waits.withLock { $0 }
        guard turned.count == 1, all.count > 20 else { throw Trouble("\(turned.count) rounds, \(all.count) votes") }
        say("\(all.count) \(all.max() ?? 0) \(taken)")
    }

    /// At once, for whoever reads along.
    private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    /// Makes the box as large as that: no voter belongs to these slots, and nothing of a round looks for one.
    private static func fill(_ poll: BenchPoll, _ slots: Int) throws {
        var content = (0..<slotBytes).map { _ in UInt8.random(in: 48...57) }
        let length = slotBytes - 8
        content.replaceSubrange(0..<8, with: [0, 0, 0, 0, 0, 0, UInt8(length >> 8), UInt8(length & 255)])
        let empty = [UInt8](repeating: 0, count: slotBytes)
        var trackers: [(String, Int)] = []
        for start in stride(from: 0, to: slots, by: 500) {
            try poll.store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                for number in start..<min(slots, start + 500) {
                    let kind = number % share
                    let mark = Array(String(1_000_000_000 + number).utf8)
                    content.replaceSubrange(8..<18, with: mark)
                    let id = try transaction.insert(
                        "INSERT INTO polling_slot (ballot, credential, weight, content) VALUES (?, ?, 1, ?)",
                        poll.ballot,
                        Array(sha256(mark).prefix(16)), kind < published ? content : empty)
                    guard (fresh..<published).contains(kind) else { continue }
                    let digest = sha256(Array(content[8...]))
                    trackers.append((String(Data(digest).base64EncodedString().prefix(43)), id))
                }
            }
        }
        trackers.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        for start in stride(from: 0, to: trackers.count, by: 500) {
            try poll.store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                for place in start..<min(trackers.count, start + 500) {
                    try transaction.execute(
                        "INSERT INTO polling_tracker (ballot, place, tracker, round, slot) VALUES (?, ?, ?, 1, ?)",
                        poll.ballot, place + 1, trackers[place].0, trackers[place].1)
                }
            }
        }
        let count = trackers.count
        // Without a head: the seals of votes are still those of before the first round.
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "INSERT INTO polling_round (ballot, number, at, ballots, signatures, head, height) VALUES (?, 1, 1, ?, ?, ?, ?)",
                poll.ballot, count, count, "", count)
            _ = try transaction.execute(
                "UPDATE polling_count SET votes = ? WHERE ballot = ?", slots * published / share, poll.ballot)
        }
    }
}
