package import Elections

extension Reason {
    /// Whether the English sentence has this in it.
    package func contains(_ part: String) -> Bool { description.contains(part) }
}
