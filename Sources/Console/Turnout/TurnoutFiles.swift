import Compliance
import Crypto
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import Turnout
import Typesetting
import VoterRoll
import WebContent

/// The figures as files: they say what the page says.
struct TurnoutFiles: ConsoleWork {
    let context: ConsoleContext

    /// A sheet and a report.
    static let all = [
        ConsoleFile(path: "picture.csv", permission: .seePicture) { task, call, _ in try TurnoutFiles(task).sheet(call)
        },
        ConsoleFile(path: "picture.pdf", permission: .seePicture) { task, call, _ in try TurnoutFiles(task).report(call)
        },
    ]

    /// Every figure as rows: kind, name, eligible, votes.
    private func rows(_ picture: ShownPicture, _ language: Language) -> [[String]] {
        let all = picture.snapshot.all
        var rows = [
            [text("picture.issued", language), "", "\(all.eligible)", "\(all.issued)"],
            [text("picture.delivered", language), "", "\(all.eligible)", "\(all.delivered)"],
            [text("picture.signedIn", language), "", "\(all.eligible)", "\(all.signedIn)"],
        ]
        for ballot in picture.snapshot.ballots {
            let title = election.ballots.first { $0.id == ballot.ballot }?.title[language] ?? ballot.ballot
            rows.append([text("picture.ballot", language), title, "\(ballot.electors)", "\(ballot.signatures)"])
        }
        for group in picture.groups {
            for line in group.lines {
                let name = line.name.isEmpty ? text("none", language) : choiceText(group.key, line.name, language)
                rows.append([
                    text("f.\(group.key)", language), name, "\(line.eligible)",
                    line.voted.map(String.init) ?? text("hidden", language),
                ])
            }
        }
        for hour in picture.hours {
            rows.append([
                text("picture.hour", language), TurnoutFigures(context).span(hour.from, hour.to, wording(language)), "",
                "\(hour.votes)",
            ])
        }
        return rows
    }

    /// Headings of the rows.
    private func head(_ language: Language) -> [String] {
        ["f.kind", "f.name", "picture.eligible", "picture.count"].map { text($0, language) }
    }

    /// The figures as a sheet; nil before the first. The export is kept in the journal.
    func sheet(_ call: ConsoleRequest) throws -> Response? {
        guard let picture = try TurnoutFigures(context).shown(call) else { return nil }
        let rows = [head(call.language)] + self.rows(picture, call.language)
        let lines = rows.map { $0.map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n" }
        try HandedOut(context).journal(call, "picture.csv")
        return HandedOut.file(
            HandedOut.sheetHead + lines.joined(), "participation.csv", type: "text/csv; charset=utf-8")
    }

    /// The figures as a report; nil before the first. The export is kept in the journal.
    func report(_ call: ConsoleRequest) throws -> Response? {
        let language = call.language
        guard let picture = try TurnoutFigures(context).shown(call) else { return nil }
        var report = Report(title: text("menu.picture", language))
        report.add(.paragraph("\(election.title[language]). \(election.organiser.name)."))
        report.add(
            .paragraph(
                text("picture.at", language) + " " + time(picture.snapshot.roundAt ?? picture.snapshot.at, language)
                    + ". "
                    + text("picture.small", language)))
        // The first column is the widest: names stand there.
        func row(_ cells: [String]) -> [String] { ["\(cells[0])\(language.colon)\(cells[1])", cells[2], cells[3]] }
        let head = self.head(language)
        report.add(.row([head[1], head[2], head[3]], isHead: true))
        for cells in self.rows(picture, language) { report.add(.row(row(cells))) }
        try HandedOut(context).journal(call, "picture.pdf")
        return try HandedOut(context).paper(report, "participation.pdf")
    }
}
