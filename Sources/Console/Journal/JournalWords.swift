import Elections
import Foundation
import Journal
import WebContent

/// A detail of an entry as the page says it.
struct JournalDetailModel: PageModel {
    /// What it is called, with a colon.
    let label: String
    let value: String
    /// The page of the voter whom it names; null for other details.
    let link: String?
}

/// Says the details of the journal's entries in words.
struct JournalWords {
    let wording: Wording

    /// The details of an entry, those that say whom it is about first and the reason last.
    /// - Parameters:
    ///   - details: the JSON object of texts as the reader may see it.
    ///   - kind: what was done; nil for what no version of this program writes.
    func lines(_ details: String, of kind: JournalAction?) -> [JournalDetailModel] {
        guard let fields = try? JSONDecoder().decode([String: String].self, from: Data(details.utf8)) else {
            // What cannot be read is shown as it stands: the check of the chain says what is wrong with it.
            return [
                JournalDetailModel(
                    label: wording("journal.details") + wording.language.colon, value: details, link: nil)
            ]
        }
        return fields.sorted { (rank($0.key), $0.key) < (rank($1.key), $1.key) }.map { line($0.key, $0.value, kind) }
    }

    private func line(_ name: String, _ value: String, _ kind: JournalAction?) -> JournalDetailModel {
        let detail = JournalDetail(rawValue: name)
        let link = detail == .voter ? Int(value).map { "/manager/voters/\($0)" } : nil
        return JournalDetailModel(
            label: label(name, detail) + wording.language.colon, value: said(value, detail, kind), link: link)
    }

    /// A name that no table has, as those of policy questions and of columns, stands for itself.
    private func label(_ name: String, _ detail: JournalDetail?) -> String {
        if let detail { return detail.said(wording) }
        let column = "v.column.\(name)"
        return wording.pages.has(column) ? wording(column) : name
    }

    private func said(_ value: String, _ detail: JournalDetail?, _ kind: JournalAction?) -> String {
        let isMoment =
            detail.map { JournalDetail.moments.contains($0) || kind == .pollExtend && ($0 == .from || $0 == .to) }
            ?? false
        if isMoment, let seconds = Int(value), seconds > 0 { return wording.time(seconds) }
        if value == "yes" || value == "no" { return wording(value) }
        guard let detail else { return value }
        if let prefix = JournalWords.prefixes[detail], wording.pages.has(prefix + value) {
            return wording(prefix + value)
        }
        return wording.choice(detail.rawValue, value)
    }

    private func rank(_ name: String) -> Int {
        guard let detail = JournalDetail(rawValue: name) else { return JournalDetail.first.count }
        if let place = JournalDetail.first.firstIndex(of: detail) { return place }
        return JournalDetail.first.count + 1 + (JournalDetail.last.firstIndex(of: detail).map { $0 + 1 } ?? 0)
    }

    /// How the keys of texts begin that say a detail's values.
    private static let prefixes: [JournalDetail: String] = [
        .by: "v.channel.", .column: "v.column.", .deed: "permission.", .state: "poll.",
    ]
}
