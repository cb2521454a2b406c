import CommandLineKit
import Compliance
import Elections
import Foundation
import Operations
import Polling
import Server
import Store
import Tally
import Typesetting
import VoterRoll
import VoterSite
import WebContent

/// What the frozen set holds beside archives and signature lists.
extension FrozenSet {
    /// The papers by their names: records, minutes, result, accepted points, expertise, delivery report, seal, journal.
    /// - Parameter results: of every ballot; empty for a poll that was abandoned, which has no `result.pdf`.
    func papers(
        _ poll: Poll, _ results: [BallotResult]
    ) throws(Refusal) -> [(name: String, content: [UInt8])] {
        var papers: [(name: String, content: [UInt8])] = [("seal.json", poll.manifest)]
        papers.append(("journal.jsonl", try journalLines()))
        papers += try records()
        let language = election.election.languages.first ?? .fr
        papers.append(("minutes.pdf", try Minutes(services, election).pdf(language)))
        if !results.isEmpty { papers.append(("result.pdf", try result(poll, results, language))) }
        papers.append(("accepted-points.csv", try acceptedPoints()))
        papers.append(("expertise.txt", try expertise()))
        papers.append(("deliveries.csv", try deliveries()))
        return papers
    }

    /// Every signed record that there is but the closing one, which lies beside the archives.
    /// The record of custody is always there, with what was destroyed until now.
    private func records() throws(Refusal) -> [(name: String, content: [UInt8])] {
        let station = try services.station(election)
        return try refusing {
            var papers: [(name: String, content: [UInt8])] = []
            for kind in SignedRecord.Kind.allCases where kind != .closing {
                let text = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try station.records.record(reading, kind)
                }
                if let text { papers.append(("\(kind.rawValue)-record.txt", Array(text.utf8))) }
            }
            papers.append(("custody-record.txt", Array(try station.custody.record().utf8)))
            return papers
        }
    }

    /// The result on paper, in the election's first language; the same poll gives the same bytes.
    private func result(
        _ poll: Poll, _ results: [BallotResult], _ language: Language
    ) throws(Refusal) -> [UInt8] {
        let templates = try services.templates(for: election.election)
        return try refusing {
            let pages = try PageSet(election.election, templates: templates, assets: try AssetSet(templates))
            return try ResultReport.report(election.election, poll, results, pages, language)
                .pdf(created: "2000-01-01T00:00:00Z")
        }
    }

    /// Lines of a CSV with the separator and line ends that spreadsheets here read.
    private static func table(_ rows: [[String]]) -> [UInt8] {
        Array(rows.map { $0.map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n" }.joined().utf8)
    }

    /// The points of the security level that a member of the bureau accepted in writing.
    /// A CSV: point, objective, its text, who accepted it, and why.
    private func acceptedPoints() throws(Refusal) -> [UInt8] {
        let rows = try services.policyReport(election, level: 3).lines.compactMap { line -> [String]? in
            guard let by = line.acceptedBy else { return nil }
            return [line.point.id, line.point.objective, line.point.text.en, by, line.acceptedWhy ?? ""]
        }
        return FrozenSet.table([["point", "objective", "text", "accepted by", "reason"]] + rows)
    }

    /// What was noted of the independent expert's report, or that nothing was.
    private func expertise() throws(Refusal) -> [UInt8] {
        let found = try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try Expertise.find(reading, election: election.number)
            }
        }
        guard let found else { return Array("No expertise was noted.\n".utf8) }
        let noted = LocalTime.short(found.at, zone: election.election.timeZone)
        return Array(
            """
            Expertise of \(found.date), by \(found.expert)
            SHA-256 of the report \(found.sha256)
            Noted \(noted) (\(election.election.timeZone)) by \(found.by)

            """.utf8)
    }

    /// What became of the messages, by hour, way, domain and operator.
    /// A CSV with a column for each state; it names no voter.
    private func deliveries() throws(Refusal) -> [UInt8] {
        let deliveries = DeliveryService(try services.operations(election))
        let report = try refusing { try deliveries.report() }
        let zone = election.election.timeZone
        let rows = report.lines.map { line in
            [LocalTime.short(line.hour, zone: zone), line.route, line.place]
                + report.states.map { "\(line.states[$0] ?? 0)" }
        }
        return FrozenSet.table([["hour (\(zone))", "channel", "domain or operator"] + report.states] + rows)
    }
}
