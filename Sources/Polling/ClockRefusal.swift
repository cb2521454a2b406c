package import Elections

/// Why a member's word on the machine's clock is not taken.
package enum ClockRefusal: Reason, Equatable {
    /// The program watches no clock.
    case noClock
    /// Nobody says who says so, and why.
    case needsWord
    /// No clock decides anything now.
    case notUnderWay

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .noClock: ReasonText("clock.noClock", "This program has no clock of its own.")
        case .needsWord:
            ReasonText(
                "clock.needsWord", "A member of the bureau says so: give who and why with --by and --reason.")
        case .notUnderWay:
            ReasonText(
                "clock.notUnderWay",
                "No poll is under way: its clock is asked from the opening to the close.")
        }
    }
}
