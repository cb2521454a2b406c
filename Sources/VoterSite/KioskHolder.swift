import Authentication
import Crypto
import Elections
import HTTPServer
import Store
import WebContent

/// For whom a page at a kiosk was made. In another tab the next person may have begun since: what a page ends, or keeps going, is
/// its own alone.
///
///     tab of the first                site                     tab of the next
///       | <--- page, owner A ------    |                          |
///       |      (A's minute is over)    | <---- signs in: B ------ |
///       | touch or end, owner A --->   | is it A's? no            |
///       | <--- "ended", nothing done   |      B goes on --------> |
struct KioskHolder {
    /// The mark of the voter who was signed in, as the forms of votes carry it; empty where nobody was.
    var owner = ""
    /// The mark of the sign-in that was under way, as its forms carry it; empty where none was.
    var mark = ""

    /// Whether the page was made for nobody: then nothing hangs on it.
    var isNobody: Bool { owner.isEmpty && mark.isEmpty }

    /// As parameters of an address: neither says who that is, and both are of no use in another browser.
    var parameters: String {
        [owner.isEmpty ? nil : "owner=\(owner)", mark.isEmpty ? nil : "mark=\(mark)"].compactMap(\.self)
            .joined(separator: "&")
    }
}

extension VoterSite {
    /// Whom a page that is made now is for. A sign-in under way goes on for as long as its page stays.
    /// - Returns: nobody on devices of one's own, and for the start, where whoever stands is the next person.
    func kioskHolder(_ visit: VoterRequest, _ page: PageSet.Page) -> KioskHolder {
        guard visit.isKiosk, visit.request.path != "/" else { return KioskHolder() }
        do throws(StoreError) {
            let session = try present(visit)
            if let session, !KioskRoutes.signInPages.contains(page) {
                return KioskHolder(owner: owner(visit, session))
            }
            guard let token = pending(visit) else { return KioskHolder() }
            try hold(visit, token)
            let request = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try parts.authenticator.request(reading, token: token)
            }
            return KioskHolder(mark: request.map { parts.authenticator.mark($0) } ?? "")
        } catch {
            // Such a page ends nothing: the server does so by itself, a minute later.
            log("for whom a kiosk's page is could not be read: \(error)")
            return KioskHolder()
        }
    }

    /// At a kiosk, a sign-in under way goes on for as long as its page stays, from now on: one whose code was typed as long as a
    /// scriptless page, another as long as a code is waited for. On devices of one's own it is left alone.
    /// - Returns: whether one goes on.
    @discardableResult
    func hold(_ visit: VoterRequest, _ token: String) throws(StoreError) -> Bool {
        guard visit.isKiosk else { return false }
        return try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.authenticator.hold(
                transaction, token: token, verified: 60 * KioskRoutes.scriptlessMinutes,
                waiting: KioskRoutes.waitingSeconds)
        }
    }

    /// What a kiosk's script is told that somebody touches the page of a sign-in: whether the very sign-in goes on.
    func holdSignIn(_ visit: VoterRequest, mark: String) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return .text(401, "ended\n") }
        let isCurrent = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.authenticator.isCurrent(reading, token: token, mark: mark)
        }
        guard isCurrent, try hold(visit, token) else { return .text(401, "ended\n") }
        return .text(200, "held\n")
    }

    /// Ends what a page was made for, and nothing that somebody else has begun here since.
    /// - Parameter holder: as the page names it.
    /// - Returns: values of `Set-Cookie`, and whether nothing goes on in this browser.
    func end(_ visit: VoterRequest, of holder: KioskHolder) throws(StoreError) -> (cookies: [String], isAll: Bool) {
        let session = try present(visit)
        let isOwnSession =
            session.map { !holder.owner.isEmpty && Secret(holder.owner).matches(Secret(owner(visit, $0))) } ?? true
        let token = pending(visit)
        let (isOwnSignIn, endsSignIn) = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (isOwn: Bool, ends: Bool) in
            if isOwnSession, let session { try parts.authenticator.end(transaction, session) }
            guard let token, try parts.authenticator.request(transaction.reading, token: token) != nil else {
                return (true, false)
            }
            guard !holder.mark.isEmpty,
                try parts.authenticator.isCurrent(transaction.reading, token: token, mark: holder.mark)
            else { return (false, false) }
            try parts.authenticator.cancel(transaction, token: token)
            return (true, true)
        }
        if isOwnSession, isOwnSignIn { return (gone, true) }
        // A cookie of what had ended before may be another's by the time at which this answer comes.
        let ended: [(Bool, Cookies.Kind)] = [(isOwnSession && session != nil, .session), (endsSignIn, .pending)]
        return (ended.filter(\.0).map { cookies.clear($0.1) }, false)
    }

    /// Whether what stands in the fields of a page is not taken any more: it came to a kiosk without the script that leaves pages,
    /// and so long ago that a page without scripts would have been left.
    func isCleared(_ visit: VoterRequest, _ form: Form) -> Bool {
        // The script that tells of touches takes the field away; whoever can write it can read the others too.
        guard visit.isKiosk, let made = Int(form["made"]) else { return false }
        return !(0..<60 * KioskRoutes.scriptlessMinutes ~= parts.clock.now - made)
    }
}
