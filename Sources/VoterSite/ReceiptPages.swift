import BallotCore
import Elections
import Foundation
import HTTPServer
import Journal
import Polling
import Store
import Typesetting
import WebContent

/// `/receipt`: the proof of a vote, as a PDF, and as a square to photograph.
struct ReceiptPages: SitePages {
    let site: SiteContext

    /// Anybody may bring a proof.
    static let table = [post("/receipt") { pages, visit in .now(try pages.receipt(visit)) }]

    /// Checks the proof that a page gives back, and makes the PDF or the QR code of it. Nothing is looked up and
    /// nothing kept: a proof that the server signed says everything.
    func receipt(_ visit: VoterRequest) throws -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        let receipt = Receipt(
            election: election.id, ballot: form["ballot"], tracker: form["tracker"], signature: form["signature"])
        guard receipt.isGenuine(parts.station.receiptKey),
            let ballot = election.ballots.first(where: { $0.id == receipt.ballot })
        else { return message(visit, 422, "receiptBad", back: "/space") }
        let language = visit.language
        let box = "\(election.address)/box/\(ballot.id)"
        let tracker = receipt.tracker.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let link = "\(box)?tracker=\(tracker)"
        if form["as"] == "square" { return square(link) }
        func text(_ key: String) -> String { pages.text(key, language) }
        let key = parts.station.receiptKey.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        var report = Report(title: text("receiptTitle"))
        report.add(.paragraph(election.title[language]))
        report.add(.paragraph(ballot.title[language]))
        let now = parts.clock.now
        report.add(
            .paragraph(
                text("receiptAt").replacing("{at}", with: LocalTime.phrase(now, zone: election.timeZone, language))
                    .replacing("{zone}", with: election.zoneWords([now], language))))
        report.add(.paragraph(text("voteTracker")))
        report.add(.mono(receipt.tracker))
        report.add(.paragraph(text(site.presentPoll.receiptKey("voteTrackerText")) + " " + box))
        report.add(.paragraph(text("receiptWhat") + " " + election.contactLine(language)))
        report.add(.square(link))
        report.add(.paragraph(text("receiptSigned")))
        report.add(.mono(receipt.signature))
        report.add(.paragraph(text("receiptKey")))
        report.add(.mono(key))
        if let poll {
            report.add(.paragraph(text("receiptFingerprint")))
            report.add(.mono(poll.fingerprint))
        }
        return try .pdf(report, name: "\(election.id)-\(ballot.id).pdf")
    }

    /// What the page draws of a QR code.
    private struct Square: Encodable {
        /// The whole square with the light modules around it, and how many those are on each side.
        let side, quiet: Int
        let path: String
    }

    /// A QR code as a path that the page draws.
    private func square(_ address: String) -> Response {
        guard let rows = SquareCode.modules(address),
            let data = try? JSONEncoder().encode(
                Square(
                    side: rows.count + 2 * SquareDrawing.quiet, quiet: SquareDrawing.quiet,
                    path: SquareDrawing.outline(rows)))
        else { return .text(500, "internal error\n") }
        return Response(200, type: "application/json", body: [UInt8](data))
    }
}
