import Polling

extension ClockDoubt {
    /// Why a clock is not believed, in words.
    package var words: String {
        switch self {
        case .jumped:
            "it jumped beyond the grace; compare it with another clock and set it right, or, where it is right and was wrong "
                + "before, say so (poll clock --by NAME --reason TEXT)"
        case .unproven:
            "the server was not running at the hour, and the kernel does not say that its clock is synchronised"
        case .behind:
            "it shows a time before what the store holds; compare it with another clock and set it right, or, where it is right, say so (poll clock --by NAME --reason TEXT)"
        }
    }
}
