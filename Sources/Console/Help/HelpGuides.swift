import Delivery
import Documents
import Elections
import Foundation
import HTTPServer
import Operations
import Staff
import WebContent

/// The guides for those who work with the console, as pages: `help/manager.fr.md` and its like, read once.
struct HelpGuides: Sendable {
    /// One guide in one language.
    struct Guide: Sendable {
        let title: String
        /// What stands below the title, as HTML.
        let html: String
        /// The guide's own text, for programs.
        let markdown: String
    }

    /// The guides in the order in which they are offered.
    static let names = ["organiser", "manager", "bureau", "trustees", "printers", "auditors", "administrators"]
    /// A guide's pictures, by their names.
    let pictures: [String: [UInt8]]
    /// By language and name.
    private let guides: [Language: [String: Guide]]

    /// - Parameter texts: the console's texts, of which tables take one.
    /// - Throws: `SiteFault` when a guide is missing in one language.
    init(_ folder: TemplateFolder, _ texts: (String, Language) -> String) throws(SiteFault) {
        var (guides, pictures): ([Language: [String: Guide]], [String: [UInt8]]) = ([:], [:])
        for language in Language.allCases {
            for name in HelpGuides.names {
                let markdown: String
                do { markdown = try folder.text("help/\(name).\(language.rawValue).md") } catch {
                    throw SiteFault("\(error)")
                }
                let made = Markdown(markdown, typeset: language.typeset) { address in
                    HelpGuides.address(address, &pictures, folder)
                }
                let html = HelpGuides.scrolling(made.html, texts("help.table", language))
                guides[language, default: [:]][name] = Guide(title: made.title, html: html, markdown: markdown)
            }
        }
        (self.guides, self.pictures) = (guides, pictures)
    }

    /// Nil for a name that is no guide's.
    func guide(_ name: String, _ language: Language) -> Guide? { guides[language]?[name] }

    /// Puts each table into a region of its own, since one that is wider than a telephone scrolls by itself, with the keyboard too.
    /// - Parameter word: what a region is called; its number follows, so that each has another name.
    static func scrolling(_ html: String, _ word: String) -> String {
        let pieces = html.replacing("</table>", with: "</table></div>").components(separatedBy: "<table>")
        return pieces.dropFirst().enumerated().reduce(pieces.first ?? "") { text, piece in
            text
                + "<div class=\"wide\" role=\"region\" aria-label=\"\(word) \(piece.offset + 1)\" tabindex=\"0\"><table>"
                + piece.element
        }
    }

    /// The guide that somebody of this role is offered first.
    static func own(_ role: StaffRole) -> String {
        switch role {
        case .bureau: "bureau"
        case .printer: "printers"
        case .auditor: "auditors"
        case .manager, .support: "manager"
        }
    }

    /// Where a guide's link leads at the console; nil for what is not to be found there.
    private static func address(
        _ address: String, _ pictures: inout [String: [UInt8]], _ folder: TemplateFolder
    ) -> String? {
        if address.hasPrefix("https://") || address.hasPrefix("#") { return address }
        if address.hasPrefix("pictures/"), let bytes = folder.bytes("help/\(address)") {
            let name = String(address.dropFirst("pictures/".count))
            pictures[name] = bytes
            return "/manager/help/pictures/\(name)"
        }
        let name = address.prefix { $0 != "." }
        return names.contains(String(name)) ? "/manager/help/\(name)" : nil
    }
}
