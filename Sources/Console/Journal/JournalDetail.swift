import Elections
import Operations

/// The names of details that entries of the journal hold. A raw value is what the store holds: it never changes, and one that is no
/// longer written stays, since journals of earlier versions have it.
enum JournalDetail: String, Choice {
    static let texts: String? = "journalDetail"

    case about, activated, added, addedBy, alert, askedBy, at, backup, ballot, ballots, batch, before, believed, by,
        byBureau
    case boxKeyDigest = "boxKey.sha256"
    case changed, college, column, contact, date, deed
    case definitionDigest = "definition.sha256"
    case destroyed, doubt, ed25519, election, encoding, ended, entry, epoch, expert, expires, file
    case fileDigest = "file.sha256"
    case files, fingerprint, from, generation, head, height, held, identifierEnded, identifiers, inUse, issued, jump
    case keptUntilPosted, keys, kind, letter, letters, lines, mail, mailing
    case manifestDigest = "manifest.sha256"
    case members, message, name, newContact, news, notice, on, overtaken, path, point, principal, question, ready,
        reason
    case reference, references, rejected, removed, replaced, request, result, role, round, rows
    case sealedAt = "sealed.at"
    case sha256, shows, signatures, signed, site, state
    case statementDigest = "statement.sha256"
    case subject, target, to, trustee, unbound, value, voter, voters, votes, weight, why

    /// Those that are moments, in seconds since 1970; in entries of an extension `from` and `to` are, too.
    static let moments: Set<JournalDetail> = [.at, .backup, .believed, .expires, .ready, .sealedAt, .shows]

    /// The order in which they are read: whom it is about, what, and why at the end. Others stand between, by their names.
    static let first: [JournalDetail] = [
        .voter, .reference, .name, .principal, .role, .trustee, .ballot, .request, .deed,
    ]
    static let last: [JournalDetail] = [.value, .reason, .why]
}
