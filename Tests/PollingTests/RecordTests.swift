import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import Tally
import Testing

/// What records and minutes hold.
struct RecordTests {
    private func record(_ poll: PollFixture, _ kind: SignedRecord.Kind) throws -> [String] {
        let text = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.records.record(reading, kind)
        }
        let lines = SignedRecord.lines(Array(try #require(text).utf8), by: poll.station.receiptKey)
        return try #require(lines)
    }

    /// Votes of a first ballot: two for the first list, one blank; the other ballot stays empty.
    private func close(_ poll: PollFixture) throws {
        for (voter, answer) in [(0, 1), (1, 1), (2, 0)] { _ = try poll.cast(try poll.ballot(voter, answer), by: voter) }
        #expect(
            try poll.station.decisions.suspend(by: .system("test"), PollDecision(by: "Jeanne", reason: "power cut"))
                == nil)
        #expect(
            try poll.station.decisions.resume(by: .system("test"), PollDecision(by: "Jeanne", reason: "power is back"))
                == nil)
        let later = poll.now + 40 * 86_400
        #expect(
            try poll.station.decisions.extend(
                to: later, by: .system("test"), PollDecision(by: "Paul", reason: "vote of the bureau")) == nil)
        #expect(
            try poll.station.notes.note(
                incident: "The screen of the hall stayed\u{A0}dark", who: "Paul", by: .system("test"))
                == nil)
        #expect(
            try poll.station.notes.note(present: ["Jeanne", "Paul"], at: .closing, who: "Jeanne", by: .system("test"))
                == nil)
        #expect(
            try poll.station.closer.close(
                atOnce: true, by: .system("test"), word: PollDecision(by: "Jeanne", reason: "minutes, 19:10")) == nil)
        _ = try poll.tallyService.tally(by: .system("test"))
    }

    @Test func `a record that is there is what a second one comes to`() throws {
        let poll = try PollFixture()
        let before = try record(poll, .opening)
        let text = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try poll.station.records.keep(transaction, .opening, ["isoloir opening record 1", "another"])
        }
        #expect(SignedRecord.lines(Array(text.utf8), by: poll.station.receiptKey) == before)
        #expect(try record(poll, .opening) == before)
    }

    @Test func `the opening record holds hours, who was present, incidents and places to sign`() throws {
        let poll = try PollFixture(isOpen: false)
        #expect(
            try poll.station.notes.note(present: ["Jeanne", "Paul"], at: .opening, who: "Jeanne", by: .system("test"))
                == nil)
        #expect(try poll.station.notes.note(incident: "A chair broke", who: "Paul", by: .system("test")) == nil)
        #expect(try poll.station.opener.open(by: .system("test")) == nil)
        let lines = try record(poll, .opening)
        let opened = LocalTime.phrase(poll.now, zone: "Europe/Paris", .fr)
            .replacing("\u{A0}", with: " ")
        #expect(
            lines.contains {
                $0.hasPrefix("horaires annonc\u{E9}s : du mardi 24 novembre 2026 \u{E0} 9 h au mardi 1er d\u{E9}cembre")
            })
        #expect(lines.contains { $0.hasPrefix("horaires en vigueur : du \(opened) au ") })
        #expect(lines.contains("pr\u{E9}sents \u{E0} l'ouverture : Jeanne, Paul (not\u{E9} par Jeanne)"))
        #expect(lines.contains { $0.hasPrefix("\u{E9}v\u{E9}nement du ") && $0.hasSuffix("par Paul : A chair broke") })
        for name in ["Jeanne", "Paul"] { #expect(lines.contains { $0.hasPrefix("signature, \(name) : ___") }) }
        #expect(!lines.contains { $0.hasPrefix("participation ") })
        // What trustees' programs do not read is in the election's language, and nothing else.
        let english = ["opened ", "voting ", "hours ", "present ", "event", "to sign", "trustee ", "ballot "]
        #expect(!lines.contains { line in english.contains { line.hasPrefix($0) } }, "\(lines)")
    }

    @Test func `the closing record holds the bureau's words and the turnout, and trustees still read it`() throws {
        let poll = try PollFixture()
        try close(poll)
        let lines = try record(poll, .closing)
        for ending in [
            "suspendu, par Jeanne : power cut", "reprise du vote, par Jeanne : power is back",
            "par Paul : vote of the bureau", "par Paul : The screen of the hall stayed dark",
            "par Jeanne : minutes, 19:10",
        ] {
            #expect(lines.contains { $0.hasPrefix("\u{E9}v\u{E9}nement du ") && $0.hasSuffix(ending) }, "\(ending)")
        }
        let turnout = "3 \u{E9}margements pour 12 inscrits, abstentions : 9, 25,00 %"
        #expect(lines.contains("participation \(PollFixture.ballot) : \(turnout)"))
        #expect(lines.contains("pr\u{E9}sents \u{E0} la cl\u{F4}ture : Jeanne, Paul (not\u{E9} par Jeanne)"))
        #expect(lines.contains { $0.hasPrefix("signature, Paul : ") })
        let text = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.records.record(reading, .closing)
        }
        let read = ClosingRecord(Array(try #require(text).utf8), by: poll.station.receiptKey)
        #expect(read?.entries.map(\.signatures) == [3, 0])
    }

    @Test func `the result record holds votes, blanks, valid votes and what was noted since the close`() throws {
        let poll = try PollFixture()
        try close(poll)
        #expect(
            try poll.station.notes.note(present: ["Paul", "Rose"], at: .count, who: "Paul", by: .system("test")) == nil)
        for trustee in [0, 1] {
            _ = try poll.tallyService.decryptions.take(try poll.decryptions(trustee), by: .system("test"))
        }
        let lines = try record(poll, .result)
        #expect(lines.first == "isoloir result record 1")
        let at = try #require(lines.firstIndex(of: "scrutin \(PollFixture.ballot) : 3 bulletins, poids 3"))
        #expect(lines[at + 1].hasPrefix("  question 1 : Quelle liste"))
        #expect(lines[at + 2].hasPrefix("    2 pour Liste"))
        #expect(lines[(at + 2)...].prefix(5).suffix(2) == ["    1 blancs", "    2 suffrages exprim\u{E9}s"])
        #expect(lines.contains("pr\u{E9}sents au d\u{E9}pouillement : Paul, Rose (not\u{E9} par Paul)"))
        #expect(lines.contains { $0.hasPrefix("signature, Rose : ") })
        // A second count of the same changes nothing.
        _ = try poll.tallyService.tally(by: .system("test"))
        #expect(try record(poll, .result) == lines)
    }

    @Test func `however much was noted, the closing record can be read back`() throws {
        let poll = try PollFixture(voters: 10)
        for number in 0..<300 {
            let words = "\(number) " + String(repeating: "\u{E9}", count: 490)
            #expect(try poll.station.notes.note(incident: words, who: "Paul", by: .system("test")) == nil)
        }
        try close(poll)
        let lines = try record(poll, .closing)
        let more = " de plus, qui figurent au journal"
        #expect(lines.contains { $0.hasPrefix("\u{E9}v\u{E9}nements : ") && $0.hasSuffix(more) })
        #expect(lines.contains { $0.hasPrefix("signature, Paul : ") })
    }

    @Test(arguments: ["two\nlines", "hid\u{202E}den", "", String(repeating: "a", count: 1001)])
    func `words that could forge a line are not noted`(words: String) throws {
        let poll = try PollFixture(voters: 10)
        #expect(try poll.station.notes.note(incident: words, who: "Paul", by: .system("test")) != nil)
        #expect(try poll.station.notes.note(incident: "fine", who: words, by: .system("test")) != nil)
        #expect(try poll.station.notes.note(present: [words], at: .opening, who: "Paul", by: .system("test")) != nil)
    }

    @Test func `notes keep to their time`() throws {
        let poll = try PollFixture(voters: 10)
        func note(_ at: Int) throws -> NoteRefusal? {
            try poll.station.notes.note(incident: "x", at: at, who: "Paul", by: .system("test"))
        }
        #expect(try note(poll.now - 86_400) != nil)
        #expect(try note(poll.now + 3600) != nil)
        #expect(try note(poll.now) == nil)
        #expect(try poll.station.notes.note(present: ["Paul"], at: .count, who: "Paul", by: .system("test")) != nil)
        let unsealed = try PollFixture(isSealed: false)
        #expect(try unsealed.station.notes.note(incident: "x", who: "Paul", by: .system("test")) != nil)
    }

    @Test(arguments: [
        (0, 0, "0.00"), (12, 3, "25.00"), (3, 2, "66.67"), (3, 3, "100.00"), (10_000, 1, "0.01"), (8, 1, "12.50"),
    ])
    func `turnout is rounded to the nearest hundredth`(electors: Int, signatures: Int, percent: String) {
        let count = TurnoutCount(electors: electors, signatures: signatures)
        #expect(count.percent(".") == percent)
        #expect(count.abstentions == electors - signatures)
    }
}
