import Polling
import Turnout

/// Turnout and progress; figures that would tell of persons are null.
struct TurnoutModel: PageModel {
    /// When it was counted.
    let at: Moment
    /// The round that it stands for; null before the first.
    let roundAt: Moment?
    /// Null before the seal.
    let poll: PollState?
    /// Whether the figures of votes stand still between rounds, since some may still come.
    let byRounds: Bool
    let eligible: Int
    /// With an identifier in use, or on its way by post.
    let issued: Int
    /// With an identifier that a relay, a gateway or the post took.
    let delivered: Int
    /// Who have signed in once at least.
    let signedIn: Int
    let ballots: [Ballot]
    /// In order; small ones are put together with those after them.
    let hours: [Hour]
    let groups: Groups

    /// One ballot.
    struct Ballot: PageModel {
        /// By its name in the election.
        let ballot: String
        let electors: Int
        let signatures: Int
        let rounds: [Round]
    }

    /// A round of publication.
    struct Round: PageModel {
        let at: Moment
        /// All rounds before it together.
        let signatures: Int
    }

    /// Votes of an hour, or of several.
    struct Hour: PageModel {
        let from: Moment
        let to: Moment
        let votes: Int
    }

    /// Voters by what tells them apart.
    struct Groups: PageModel {
        let college: [Group]
        let site: [Group]
        let channel: [Group]
    }

    /// Voters who are alike in one thing.
    struct Group: PageModel {
        /// Empty for none.
        let name: String
        let eligible: Int
        /// Null where it would tell of persons.
        let voted: Int?
    }

    /// - Throws: `ModelError` for a state of the poll that this version does not know.
    init(_ picture: ShownPicture) throws {
        let snapshot = picture.snapshot
        (at, roundAt) = (Moment(snapshot.at), Moment(snapshot.roundAt))
        poll = try snapshot.poll.map { try PollState.read($0) }
        byRounds = poll.map { [.open, .suspended, .closing, .ended].contains($0) } ?? false
        (eligible, issued) = (snapshot.all.eligible, snapshot.all.issued)
        (delivered, signedIn) = (snapshot.all.delivered, snapshot.all.signedIn)
        ballots = snapshot.ballots.map { ballot in
            Ballot(
                ballot: ballot.ballot, electors: ballot.electors, signatures: ballot.signatures,
                rounds: ballot.rounds.map { Round(at: Moment($0.at), signatures: $0.signatures) })
        }
        hours = picture.hours.map { Hour(from: Moment($0.from), to: Moment($0.to), votes: $0.votes) }
        func group(_ key: String) -> [Group] {
            picture.groups.first { $0.key == key }?.lines.map {
                Group(name: $0.name, eligible: $0.eligible, voted: $0.voted)
            } ?? []
        }
        groups = Groups(college: group("college"), site: group("site"), channel: group("channel"))
    }
}

/// The same figures as the page draws them.
struct TurnoutView: PageModel {
    /// When they were counted; null before the first.
    let at: Moment?
    let charts: [Chart]
}
