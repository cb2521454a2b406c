import Contacts
package import Delivery
package import Elections
package import Store

extension PollHours {
    /// What messages call the hours, by the names in their templates.
    func shared(_ election: Election, _ language: Language) -> [String: String] {
        [
            "opens": LocalTime.phrase(opens, zone: election.timeZone, language),
            "closes": LocalTime.phrase(closes, zone: election.timeZone, language),
            "zone": election.zoneWords([opens, closes], language),
            // For sentences that give the close alone.
            "closesZone": election.zoneWords([closes], language),
        ]
    }
}

extension Election {
    /// Where voters go and whom they call, by the names in messages' templates.
    func places(_ language: Language) -> [String: String] {
        [
            "address": address, "supportName": support.name, "supportEmail": support.email,
            "supportPhone": support.phone, "supportHours": support.hours[language],
            "contacts": contactLine(language), "host": Origin(address)?.host ?? "",
        ]
    }
}

extension MessageEnvelope {
    /// The frame with the hours in force, the site's address and the contacts in place of those of the day on which it was made.
    func with(_ hours: PollHours, _ election: Election) -> MessageEnvelope {
        guard let language = Language(rawValue: language) else { return self }
        return with(shared: hours.shared(election, language).merging(election.places(language)) { $1 })
    }
}

extension Outbox {
    /// Keeps word of the hours back that has just become due again, while a clock in doubt holds the poll.
    package func holdNews(_ transaction: borrowing Transaction, _ election: StoredElection) throws(StoreError) {
        guard try PollHours.find(transaction.reading, election).stage == .halted else { return }
        try holdNews(transaction, election: election.number, isHeld: true)
    }

    /// Puts the hours in force, the site's address and the contacts into the mails and SMS that have not left: those that wait, and those that failed and may be
    /// sent again. Letters get theirs when they are printed. Only messages that are still to be sent are touched, by the
    /// indices that hold them alone.
    /// - Throws: an error of the store; `.damaged` when a frame cannot be read.
    package func putHours(_ transaction: borrowing Transaction, _ election: StoredElection) throws(StoreError) {
        let hours = try PollHours.find(transaction.reading, election)
        try moveReminders(transaction, election: election.number, to: hours.closes)
        for number in try unsentFrames(transaction.reading, election: election.number) {
            let frame = try frame(transaction.reading, number)
            let changed = frame.with(hours, election.election)
            guard changed != frame else { continue }
            try reframe(
                transaction, election: election.number, from: number, to: try store(transaction, changed))
        }
    }
}
