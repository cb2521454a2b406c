package import Contacts
package import Journal

/// What a signed-in principal holds.
package struct Session: Sendable {
    /// Of this session alone; the cookie has a token instead, of which the store keeps the hash.
    package let id: Int
    /// Who signed in.
    package let principal: Principal
    /// Seconds since 1970, as the times below.
    package let openedAt: Int
    /// Seconds without activity after which it ends; see `Device`.
    package let idleSeconds: Int
    /// When it ends without anything being done.
    package let idleUntil: Int
    /// When it ends in any case.
    package let endsAt: Int
    /// When it was confirmed by a second factor; nil where it was not, or none is asked for.
    package let confirmedAt: Int?
}

/// A past sign-in.
package struct SignIn: Sendable {
    /// Seconds since 1970.
    package let at: Int
    /// The way the code came; nil where none was asked for.
    package let route: Channel?
}

/// On what a session is held.
package enum Device: Sendable {
    /// One's own, or a desk's: whoever goes away takes it along, or locks it.
    case own
    /// One that many use one after the other: whoever comes next stands where the last one stood.
    case shared

    /// Seconds without activity after which a session on it ends, whatever its pages do: on one's own, the time to read a
    /// ballot and to be called away; on a shared one, the minute after which its pages take a voter to have gone.
    package var idleSeconds: Int {
        switch self {
        case .own: 900
        case .shared: 60
        }
    }
}

/// How a session comes about.
package struct SessionOrigin: Sendable {
    /// What attempts at its secret are counted for.
    let subject: [UInt8]
    /// The way the code came; nil where none was asked for.
    let route: Channel?
    let device: Device
    /// Its token; nil for a new one.
    let token: String?

    /// - Parameters:
    ///   - subject: whose failures end with it.
    ///   - token: one that nobody else can know; a session under it that is open already is gone on with.
    package init(subject: [UInt8], route: Channel?, device: Device = .own, token: String? = nil) {
        (self.subject, self.route, self.device, self.token) = (subject, route, device, token)
    }
}
