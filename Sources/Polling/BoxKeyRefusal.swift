package import Elections

/// Why a box key is not taken.
package enum BoxKeyRefusal: Reason, Equatable {
    /// The poll takes no votes that it would open.
    case notNeeded
    /// It does not open this poll's credentials.
    case foreign

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .notNeeded:
            ReasonText("boxKey.notNeeded", "Only a poll that was opened, and is not closed, needs its box key.")
        case .foreign:
            ReasonText("boxKey.foreign", "The box key does not open this poll's credentials: it is another poll's.")
        }
    }
}
