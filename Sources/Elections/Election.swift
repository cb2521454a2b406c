package import Contacts
package import Documents

/// An election as its organiser defined it in `election.yaml`.
package struct Election: Sendable {
    /// Whose election it is, as letters name the sender.
    package struct Organiser: Sendable {
        /// One line, without control characters.
        package let name: String
        /// Lines of the sender's address on letters, the name not repeated.
        package let address: [String]
    }

    /// A contact for voters; letters, mails and pages show it.
    package struct Support: Sendable {
        /// What this contact is for, where there are several: questions of the vote, or of the site.
        package let about: LocalText?
        /// Of a person or an office, one line.
        package let name: String
        /// A mail address that was checked for its form.
        package let email: String
        /// As people call it, with spaces; short numbers are taken too.
        package let phone: String
        /// When somebody answers, in words.
        package let hours: LocalText
    }

    /// When voters are told that a vote of theirs was recorded: with the round that publishes it, or within minutes, where so
    /// many vote that a message tells nobody whose ballot came when.
    package enum Confirm: String, Sendable, CaseIterable { case rounds, atOnce }

    /// A question of a ballot: lists, candidates or answers to choose from.
    package struct Question: Sendable {
        /// What is asked, as the voter reads it.
        package let title: LocalText
        /// In the order in which they stand on the page and in the count; no two look alike.
        package let answers: [LocalText]
        /// How many answers a voter chooses, a blank vote apart.
        package let least: Int
        /// At least 1 and not below `least`.
        package let most: Int
        /// Whether a blank vote is offered; then `least` is 1 or more.
        package let hasBlank: Bool
    }

    /// One ballot (scrutin).
    package struct Ballot: Sendable {
        /// A short name of a-z, 0-9 and hyphens, 40 at most; unique in the election.
        package let id: String
        /// As voters read it.
        package let title: LocalText
        /// The colleges and sites whose voters may vote; empty means all.
        package let colleges: [String]
        /// Likewise for sites: a voter must be of both.
        package let sites: [String]
        /// Where the bureau accepted in writing that fewer than ten voters may vote on it.
        package let smallGroupAccepted: String?
        /// What is asked, in the order drawn.
        package let questions: [Question]
        /// Where the ballot stands in its file.
        package let mark: Mark

        /// Whether a voter of this college and site may vote.
        package func admits(college: String, site: String) -> Bool {
            (colleges.isEmpty || colleges.contains(college)) && (sites.isEmpty || sites.contains(site))
        }
    }

    /// A short name of a-z, 0-9 and hyphens, 40 at most: it stands in file names and addresses.
    package let id: String
    /// What the vote is called, on every page and paper.
    package let title: LocalText
    /// Who calls the vote.
    package let organiser: Organiser
    /// What the mail's From line says, and the address behind it.
    package let senderName: String
    /// A mail address that was checked for its form.
    package let senderAddress: String
    /// The site's address without a path: `https://vote.example.org`.
    package let address: String
    /// Whom voters call or write to; the first is the one for everything.
    package let supports: [Support]
    /// A place of the zone database, `Europe/Paris`: all times without another zone are by its clock.
    package let timeZone: String
    /// When the organiser announced that voting begins, seconds since 1970. What is in force stands in `PollHours`.
    package let announcedOpening: Int
    /// When the organiser announced that it ends: the hour in force may be another one since.
    package let announcedClose: Int
    /// Minutes after the close in which those may finish who signed in before it.
    package let graceMinutes: Int
    /// Those that voters are addressed in; the first is the standard one. At least one.
    package let languages: [Language]
    /// Those that the election may use; at least one.
    package let channels: [Channel]
    /// The risk level by the authority's grid, 1 to 3.
    package let level: Int
    /// Titles by name; the roll names voters' colleges by these.
    package let colleges: [String: LocalText]
    /// Titles by name; empty where the election knows no sites.
    package let sites: [String: LocalText]
    /// The time zones of the sites that have one of their own.
    package let siteZones: [String: String]
    /// In the order of the file; at least one.
    package let ballots: [Ballot]
    /// How voters sign in.
    package let access: AccessPolicy
    /// When voters are told that a vote of theirs was recorded.
    package let confirm: Confirm

    /// Fewer eligible voters than this on a ballot could be told apart by its result.
    package static let smallGroup = 10
    /// Where fewer may vote, word of each vote at once shows whoever reads mail who votes when.
    package static let fewForConfirming = 500

    /// What is to be said before voters of a small ballot are told of each vote at once; nil where there is nothing to say.
    /// - Parameters:
    ///   - ballot: its name.
    ///   - voters: who may vote on it.
    package func confirmingWarning(_ ballot: String, voters: Int) -> String? {
        guard confirm == .atOnce, voters < Election.fewForConfirming else { return nil }
        return
            "\(voters) voters may vote on the ballot \(ballot), and \"confirm: atOnce\" tells each within minutes: whoever sees the "
            + "mail passing learns who votes when. With fewer than \(Election.fewForConfirming), write \"confirm: rounds\"."
    }
}
