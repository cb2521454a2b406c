import Delivery
import Elections
import HTTPServer
import Inputs
import Operations
import Staff
import Store
import VoterRoll
import WebContent

/// Files that show how a roll is written.
struct RollSheets: ConsoleWork {
    let context: ConsoleContext

    /// A sample of a roll.
    static let all = [
        ConsoleFile(path: "roll/sample.csv", permission: .changeRoll) { task, call, _ in RollSheets(task).sample(call) }
    ]

    /// A roll of two voters under the headings that the console says, for those who make one.
    func sample(_ call: ConsoleRequest) -> Response {
        let language = call.language
        let columns: [Column] = [
            .reference, .civility, .lastName, .firstName, .email, .phone, .address1, .address4, .postcode, .town,
            .college,
            .site,
        ]
        let college = election.colleges.keys.sorted().first ?? ""
        let site = election.sites.keys.sorted().first ?? ""
        let rows = [
            [
                "00123", "Mme", "MARTIN", "Zo\u{E9}", "zoe.martin@example.org", "06 39 98 00 01", "", "3 rue des Lilas",
                "59000", "LILLE", college, site,
            ],
            ["00124", "M.", "PETIT", "L\u{E9}o", "leo.petit@example.org", "", "", "", "", "", college, site],
        ]
        let head = columns.map { text("v.heading.\($0.rawValue)", language) }
        let lines = ([head] + rows).map { $0.map(SpreadsheetField.quoted).joined(separator: ";") }
        let body = "\u{FEFF}" + lines.joined(separator: "\r\n") + "\r\n"
        return HandedOut.file(Array(body.utf8), "roll.csv", type: "text/csv; charset=utf-8")
    }
}
