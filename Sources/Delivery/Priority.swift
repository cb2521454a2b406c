/// Who goes first, and whose budget is charged: connection codes, then recovery, then batches.
package enum Priority: Int, Sendable, CaseIterable, Comparable {
    /// Connection codes: somebody waits at a screen. Their budget is counted, never enforced, and a held channel lets
    /// them pass.
    case code = 0
    /// What a voter or the bureau asked for: renewals, reissues, notices.
    case recovery = 1
    /// What an order sends to many voters at once.
    case batch = 2

    /// More urgent is less.
    package static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}
