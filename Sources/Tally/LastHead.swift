package import Store

/// The head of an archive that somebody saved: the hash of its last ballot's event, as hexadecimal digits; nil without ballots.
/// - Returns: 64 hexadecimal digits.
/// - Throws: `.failed` where the file cannot be read or is no archive; proofs are not checked.
package func lastHead(archive path: String) throws(StoreError) -> String? {
    do throws(ArchiveFault) {
        return try ArchiveReader(path: path).lastHead.map { String(decoding: $0, as: UTF8.self) }
    } catch {
        throw StoreError(
            .failed, "\(path) is no archive of a ballot: \(error)", cure: "Give a file saved from the site's box.")
    }
}
