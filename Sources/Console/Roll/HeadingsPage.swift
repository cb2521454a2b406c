import Elections
import Operations
import Staff
import VoterRoll

/// Every heading of a roll's file that is known, by column.
struct HeadingsModel: PageModel {
    /// Our own names of them.
    let columns: [Column]
    let view: OnPage<View>

    /// What the page shows of them.
    struct View: PageModel {
        let rows: [Row]
    }

    /// One column.
    struct Row: PageModel {
        let column: String
        /// In one line.
        let headings: String
    }
}

/// The page of headings.
struct HeadingsPage: ConsolePage {
    static let path = "roll/headings"
    static let permission = Permission.changeRoll
    static let template = "headings"
    let context: ConsoleContext

    func title(_ model: HeadingsModel, _ wording: Wording) -> String { wording("rollHeadings.title") }

    func model(_ call: ConsoleRequest) -> HeadingsModel? {
        let say = wording(call.language)
        let rows = Column.headings.map { column, names in
            HeadingsModel.Row(column: column.said(say), headings: names.joined(separator: ", "))
        }
        return HeadingsModel(columns: Column.allCases, view: OnPage(HeadingsModel.View(rows: rows)))
    }
}
