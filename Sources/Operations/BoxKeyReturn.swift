package import Crypto
package import Polling

/// Puts the box key of an open poll back, after a restore or a move: it is compared with the seal first, and where it came from stands
/// in the list of copies. The command line comes here.
package struct BoxKeyReturn {
    /// What came of the order.
    package enum Outcome: Sendable, Equatable {
        /// It lies where the site finds it.
        case isThere
        /// The file is no box key.
        case noBoxKey
        /// Another box key lies there.
        case another
        /// The poll needs none, or another one.
        case refused(BoxKeyRefusal)
    }

    private let place: BoxKeyPlace
    private let station: PollingStation

    /// - Parameter station: of the same election.
    package init(place: BoxKeyPlace, station: PollingStation) { (self.place, self.station) = (place, station) }

    /// Puts it there.
    /// - Parameters:
    ///   - content: as `BoxKeyPlace.read` gives it.
    ///   - file: where it was read; absolute, since it is followed until somebody says that it is destroyed.
    /// - Throws: what the store or a file said: one that cannot be noted is not left there.
    package func give(_ content: Secret, of file: String, by actor: Actor) throws -> Outcome {
        guard let boxKey = BoxKey(file: content) else { return .noBoxKey }
        if let refusal = try station.boxKey.refusal(of: boxKey) { return .refused(refusal) }
        let put = try place.put(content)
        switch put {
        case .put, .wasThere: break
        case .noBoxKey: return .noBoxKey
        case .another: return .another
        }
        do { try station.boxKey.noteGiven(from: file, by: actor.principal) } catch {
            guard case .put = put, let reason = place.erase() else { throw error }
            throw KeyError(
                "\(error) The box key at \(place.path) could not be erased: \(reason)",
                cure: "Overwrite and remove it by hand.")
        }
        return .isThere
    }
}
