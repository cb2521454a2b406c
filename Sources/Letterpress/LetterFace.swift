/// The fixed text of a letter, read from Markdown with the frames `# sender`, `# body`, `# codes` and `# footer`:
/// paragraphs, `**bold**` and `- ` lists. A line of the codes frame is `Label | slot`.
package struct LetterFace: Sendable {
    let sender: String
    let body: String
    let labels: [String]
    let footer: String
    /// The names of the slots, in the order in which a letter's codes fill them.
    package let slots: [String]
    /// The address printed large, without a path.
    package let site: String

    private static let frames = ["sender", "body", "codes", "footer"]

    /// - Parameters:
    ///   - slots: the slots the program can fill; another name is an error with its line.
    ///   - file: the template's name, for messages.
    package init(markdown: String, slots known: [String], site: String, file: String) throws(LetterError) {
        var frames: [String: [(line: Int, text: String)]] = [:]
        var frame = ""
        for (index, text) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if text.hasPrefix("# ") {
                frame = String(text.dropFirst(2)).lowercased()
                guard LetterFace.frames.contains(frame), frames[frame] == nil else {
                    throw LetterError("\(file):\(index + 1): the frames are \(LetterFace.frames.joined(separator: ", ")), each once")
                }
                frames[frame] = []
            } else if frame.isEmpty {
                guard text.allSatisfy(\.isWhitespace) else {
                    throw LetterError("\(file):\(index + 1): text stands before the first frame (\"# sender\")")
                }
            } else {
                frames[frame]?.append((index + 1, String(text)))
            }
        }
        for name in LetterFace.frames where frames[name] == nil {
            throw LetterError("\(file): the frame \"# \(name)\" is missing")
        }
        func markup(_ name: String) -> String { LetterFace.markup((frames[name] ?? []).map(\.text)) }
        var (labels, slots): ([String], [String]) = ([], [])
        for (line, text) in frames["codes"] ?? [] where !text.allSatisfy(\.isWhitespace) {
            let parts = text.split(separator: "|").map { $0.drop(while: \.isWhitespace) }
            guard parts.count == 2, let slot = parts[1].split(separator: " ").first.map(String.init), known.contains(slot)
            else {
                throw LetterError("\(file):\(line): a line of the codes frame is \"Label | slot\", slots are: \(known.joined(separator: ", "))")
            }
            labels.append(LetterFace.inline(String(parts[0])))
            slots.append(slot)
        }
        (sender, body, footer) = (markup("sender"), markup("body"), markup("footer"))
        (self.labels, self.slots, self.site) = (labels, slots, site)
    }

    /// Pango markup for lines of Markdown: lines of a paragraph are joined, in the sender's frame kept by two spaces.
    private static func markup(_ lines: [String]) -> String {
        var paragraphs: [String] = []
        var open = ""
        func close() {
            if !open.isEmpty { paragraphs.append(inline(open)) }
            open = ""
        }
        for line in lines {
            let bare = line.drop(while: \.isWhitespace)
            if bare.isEmpty {
                close()
                if paragraphs.last != "" { paragraphs.append("") }
            } else if bare.hasPrefix("- ") {
                close()
                paragraphs.append("\u{2022}  " + inline(String(bare.dropFirst(2))))
            } else {
                open += (open.isEmpty ? "" : " ") + bare
                if line.hasSuffix("  ") { close() }
            }
        }
        close()
        while paragraphs.first == "" { paragraphs.removeFirst() }
        while paragraphs.last == "" { paragraphs.removeLast() }
        return paragraphs.joined(separator: "\n")
    }

    private static func inline(_ text: String) -> String {
        let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        var result = ""
        for (index, part) in escaped.split(separator: "**", omittingEmptySubsequences: false).enumerated() {
            result += index % 2 == 1 ? "<b>\(part)</b>" : part
        }
        return result.last == " " ? String(result.dropLast()) : result
    }
}
