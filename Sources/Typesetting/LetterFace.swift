/// The fixed text of a letter, read from Markdown with the frames `# sender`, `# body`, `# codes` and `# footer`:
/// paragraphs, `**bold**` and `- ` lists. A line of the codes frame is `Label | slot`.
package struct LetterFace: Sendable {
    /// A paragraph or an item of a list, as Pango markup.
    struct Block: Sendable, Equatable {
        let markup: String
        let isItem: Bool
    }

    /// Pango markup, lines and paragraphs parted by line ends.
    let sender: String
    /// In the order in which they are drawn.
    let body: [Block]
    /// What stands above each slot, as Pango markup.
    let labels: [String]
    /// Pango markup, as the sender's.
    let footer: String
    /// The names of the slots, in the order in which a letter's codes fill them.
    package let slots: [String]
    /// The address printed large, without a path.
    package let site: String
    /// What stands around the template's text.
    let setting: Setting
    /// As RFC 3066 writes it.
    package var language: String { setting.language }

    /// What the letters of a batch have in common beside their template's text.
    package struct Setting: Sendable {
        /// As RFC 3066 writes it: `fr`.
        let language: String
        /// The sender above the window.
        let returnLine: ReturnLine
        /// The day of printing, in words.
        let date: String

        /// - Parameter returnLine: shortened to its place when it is drawn.
        package init(language: String, returnLine: ReturnLine, date: String) {
            (self.language, self.returnLine, self.date) = (language, returnLine, date)
        }
    }

    /// Every template has each of them once.
    private static let frames = ["sender", "body", "codes", "footer"]

    /// - Parameters:
    ///   - slots: the slots the program can fill; another name is an error with its line.
    ///   - file: the template's name, for messages.
    /// - Throws: where a frame is missing, unknown or there twice, or a slot is unknown, with the template's line.
    package init(
        markdown: String, slots known: [String], site: String, file: String, setting: Setting
    ) throws(LetterError) {
        self.setting = setting
        var frames: [String: [(line: Int, text: String)]] = [:]
        var frame = ""
        for (index, text) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if text.hasPrefix("# ") {
                frame = String(text.dropFirst(2)).lowercased()
                guard LetterFace.frames.contains(frame), frames[frame] == nil else {
                    throw LetterError(
                        "\(file):\(index + 1): the frames are \(LetterFace.frames.joined(separator: ", ")), each once")
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
        func blocks(_ name: String) -> [Block] { LetterFace.blocks((frames[name] ?? []).map(\.text)) }
        func markup(_ name: String) -> String { blocks(name).map(\.markup).joined(separator: "\n") }
        var (labels, slots): ([String], [String]) = ([], [])
        for (line, text) in frames["codes"] ?? [] where !text.allSatisfy(\.isWhitespace) {
            let parts = text.split(separator: "|").map { $0.drop(while: \.isWhitespace) }
            guard parts.count == 2, let slot = parts[1].split(separator: " ").first.map(String.init),
                known.contains(slot)
            else {
                throw LetterError(
                    "\(file):\(line): a line of the codes frame is \"Label | slot\", slots are: \(known.joined(separator: ", "))"
                )
            }
            labels.append(LetterFace.inline(String(parts[0])))
            slots.append(slot)
        }
        (sender, body, footer) = (markup("sender"), blocks("body"), markup("footer"))
        (self.labels, self.slots, self.site) = (labels, slots, site)
    }

    /// The paragraphs and items of Markdown: lines of a paragraph are joined; two spaces at a line's end begin a new one.
    private static func blocks(_ lines: [String]) -> [Block] {
        var blocks: [Block] = []
        var open = ""
        func close() {
            if !open.isEmpty { blocks.append(Block(markup: inline(open), isItem: false)) }
            open = ""
        }
        for line in lines {
            let bare = line.drop(while: \.isWhitespace)
            if bare.isEmpty {
                close()
            } else if bare.hasPrefix("- ") {
                close()
                blocks.append(Block(markup: inline(String(bare.dropFirst(2))), isItem: true))
            } else {
                open += (open.isEmpty ? "" : " ") + bare
                if line.hasSuffix("  ") { close() }
            }
        }
        close()
        return blocks
    }

    /// Text as Pango markup.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// Pango markup of a text in which `**` opens and closes bold type.
    private static func inline(_ text: String) -> String {
        var result = ""
        for (index, part) in escaped(text).split(separator: "**", omittingEmptySubsequences: false).enumerated() {
            result += index % 2 == 1 ? "<b>\(part)</b>" : part
        }
        return result.last == " " ? String(result.dropLast()) : result
    }
}
