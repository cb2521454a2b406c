package import Documents

/// An election as its organiser defined it in `election.yaml`.
package struct Election: Sendable {
    package struct Organiser: Sendable {
        package let name: String
        /// Lines of the sender's address on letters, the name not repeated.
        package let address: [String]
    }

    package struct Support: Sendable {
        package let name: String
        package let email: String
        package let phone: String
        package let hours: LocalText
    }

    /// A question of a ballot: lists, candidates or answers to choose from.
    package struct Question: Sendable {
        package let title: LocalText
        package let answers: [LocalText]
        /// How many answers a voter chooses, a blank vote apart.
        package let least: Int
        package let most: Int
        package let hasBlank: Bool
    }

    /// One ballot (scrutin).
    package struct Ballot: Sendable {
        package let id: String
        package let title: LocalText
        /// The colleges and sites whose voters may vote; empty means all.
        package let colleges: [String]
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

    package let id: String
    package let title: LocalText
    package let organiser: Organiser
    /// What the mail's From line says, and the address behind it.
    package let senderName: String
    package let senderAddress: String
    /// The site's address without a path: `https://vote.example.org`.
    package let address: String
    package let support: Support
    package let timeZone: String
    /// When the organiser announced that voting begins, seconds since 1970. What is in force stands in `PollHours`.
    package let announcedOpening: Int
    /// When the organiser announced that it ends: the hour in force may be another one since.
    package let announcedClose: Int
    /// Minutes after the close in which those may finish who signed in before it.
    package let graceMinutes: Int
    package let languages: [Language]
    package let channels: [Channel]
    /// The risk level by the authority's grid, 1 to 3.
    package let level: Int
    package let colleges: [String: LocalText]
    package let sites: [String: LocalText]
    /// The time zones of the sites that have one of their own.
    package let siteZones: [String: String]
    package let ballots: [Ballot]
    package let access: AccessPolicy

    /// Fewer eligible voters than this on a ballot could be told apart by its result.
    package static let smallGroup = 10
}
