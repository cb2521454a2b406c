import Contacts
import Delivery
import Elections
import HTTPServer
import Operations
import Staff
import Store
import VoterRoll

/// Files on voters that the console hands out.
struct VoterFiles: ConsoleWork {
    let context: ConsoleContext

    /// One sheet.
    static let all = [
        ConsoleFile(path: "proof.csv", permission: .exportProof) { task, call, _ in try VoterFiles(task).proof(call) }
    ]

    /// Which secret of each voter travelled by which channel.
    /// The export itself is kept in the journal.
    func proof(_ call: ConsoleRequest) throws -> Response {
        let language = call.language
        var text =
            HandedOut.sheetHead
            + ["f.reference", "f.name", "proof.identifier", "proof.code", "proof.secret", "proof.verdict"]
            .map { SpreadsheetField.quoted(self.text($0, language)) }.joined(separator: ";") + "\r\n"
        func word(_ route: Channel?) -> String { route.map { choiceText("channel", $0.rawValue, language) } ?? "" }
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try ChannelProofList(parts.operations).each(reading) { voter, proof throws(StoreError) in
                let codes = proof.codes.map { word($0) }.joined(separator: " + ")
                text +=
                    [
                        voter.reference, voter.courteousName, word(proof.identifier), codes, word(proof.secret),
                        self.text("verdict.\(proof.verdict.rawValue)", language),
                    ].map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n"
            }
        }
        try HandedOut(context).journal(call, "proof.csv")
        return HandedOut.file(text, "proof.csv", type: "text/csv; charset=utf-8")
    }
}
