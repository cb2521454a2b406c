import Staff
import Templating

/// What stands around every page: heading, menu, messages, and what its forms carry.
struct PageFrame: PageModel {
    /// The page's heading.
    let title: String
    /// This page in the other language, and which one that is.
    let switchPath: String
    let lang: String
    let otherLang: String
    /// What every form carries: the browser's token, and whose page it is.
    let form: String
    let owner: String
    /// Said above everything: what is wrong, or what was done.
    var error: Text?
    var note: Text?
    /// Null for whoever is not signed in, as the menu is empty.
    var who: Person?
    var menu: [Entry] = []
    /// Where the figures come from that move by themselves.
    var live: Live?
    /// When the session ends of whoever does nothing.
    var expiry: Expiry?

    /// A sentence.
    struct Text: PageModel {
        let text: String

        init(_ text: String) { self.text = text }
    }

    /// Who is signed in.
    struct Person: PageModel {
        let name: String
        let role: StaffRole
    }

    /// A page of the menu.
    struct Entry: PageModel {
        let path: String
        let text: String
        let isHere: Bool
        /// How many wait there.
        let count: Text?
    }

    /// Where the figures come from.
    struct Live: PageModel {
        let path: String
    }

    /// When the session ends.
    struct Expiry: PageModel {
        let seconds: Int
    }
}

/// The console's pages in the order of the menu.
enum Menu {
    /// Path below `/manager/`, and the action that a role must have to see it.
    static let entries: [(path: String, permission: Permission)] = [
        ("", .seeOwn), ("voters", .seeVoters), ("approvals", .decide), ("questions", .answerVoters),
        ("deliveries", .seeDeliveries), ("reminders", .sendReminders), ("letters", .seeLetters),
        ("parcels", .fetchLetters), ("picture", .seePicture), ("seal", .seeSeal), ("policy", .seePolicy),
        ("roll", .changeRoll), ("journal", .seeJournal), ("staff", .seeStaff), ("clients", .changeClients),
        ("account", .seeOwn), ("help", .seeOwn),
    ]
}
