import CommandLineKit
import Operations

extension Invocation {
    /// A required option that goes into the journal: the console's forms take no other either.
    /// - Throws: refused as wrong usage when it is missing, longer than `limit` characters, or more than one plain line.
    func line(_ option: String, atMost limit: Int = StaffReason.longest) throws(Refusal) -> String {
        let text = try required(option)
        guard StaffReason.isFine(text, atMost: limit) else {
            throw Refusal(
                "\(option) is one line of at most \(limit) characters, without characters that nobody sees.",
                status: .usage)
        }
        return text
    }
}
