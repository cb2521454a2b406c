/// For whom a page at a kiosk was made. In another tab the next person may have begun since: what a page ends by itself, or keeps
/// going, is its own alone. Its button ends whatever goes on: whoever presses it is there.
///
///     tab of the first                site                     tab of the next
///       | <--- page, owner A ------    |                          |
///       |      (A's minute is over)    | <---- signs in: B ------ |
///       | touch or end, owner A --->   | is it A's? no            |
///       | <--- "ended", nothing done   |      B goes on --------> |
///       | end, pressed by B here --->  | ends B                   |
struct KioskHolder {
    /// The mark of the voter who was signed in, as the forms of votes carry it; empty where nobody was.
    var owner = ""
    /// The mark of the sign-in that was under way, as its forms carry it; empty where none was.
    var mark = ""

    /// Whether the page was made for nobody: then nothing hangs on it.
    var isNobody: Bool { owner.isEmpty && mark.isEmpty }

    /// As parameters of an address: neither says who that is, and both are of no use in another browser.
    var parameters: String {
        [owner.isEmpty ? nil : "owner=\(owner)", mark.isEmpty ? nil : "mark=\(mark)"].compactMap(\.self)
            .joined(separator: "&")
    }
}
