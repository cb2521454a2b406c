/// The chain of an archive's events without its files: an event's hash covers the hash before it, its place, its kind and the
/// hash of what it brings, and no time.
extension ArchiveWriter.End {
    /// The end of an archive that holds its setup alone.
    /// - Parameters: the hexadecimal SHA-256 of the three documents.
    package static func setup(election: [UInt8], trustees: [UInt8], credentials: [UInt8]) -> ArchiveWriter.End {
        let payload = ArchiveFormat.setup(election: election, trustees: trustees, credentials: credentials)
        let event = ArchiveFormat.event(.setup, height: 0, parent: nil, payload: contentName(payload))
        return ArchiveWriter.End(height: 1, parent: contentName(event))
    }

    /// The end with one ballot more.
    /// - Parameter hash: the hexadecimal SHA-256 of the ballot's text.
    package func adding(ballot hash: [UInt8]) -> ArchiveWriter.End {
        let event = ArchiveFormat.event(.ballot, height: height, parent: parent, payload: hash)
        return ArchiveWriter.End(height: height + 1, parent: contentName(event))
    }
}
