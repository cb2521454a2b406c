/// A way to reach a voter: which messages travel by it, and which an election uses.
package enum Channel: String, Sendable, CaseIterable {
    /// Their raw values stand in the store's columns `channel` and in `election.yaml`, and name the templates' folders.
    case email, sms, letter
}
