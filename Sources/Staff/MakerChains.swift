import Journal
import Store

/// Who made whom: two accounts are one person when their chains of makers meet.
///
/// A chain goes from an account to the one that made it, and on. It ends at an account that the administrator's command line
/// made, or that a second person confirmed. A token is the account that made it, whatever became of that one.
struct MakerChains {
    let election: Int

    /// Whether the chains of two accounts have an account in common.
    func meet(_ reading: borrowing Reading, _ left: String, _ right: String) throws(StoreError) -> Bool {
        let first = try chain(reading, left)
        return try !first.isDisjoint(with: chain(reading, right))
    }

    /// An account and those who made it, to the chain's end.
    func chain(_ reading: borrowing Reading, _ principal: String) throws(StoreError) -> Set<String> {
        try follow(reading, principal) { reading, name throws(StoreError) in try maker(reading, of: name) }
    }

    /// A token and those who made it up to the member behind it; a member alone.
    func owner(_ reading: borrowing Reading, _ principal: String) throws(StoreError) -> Set<String> {
        try follow(reading, principal) { reading, name throws(StoreError) in
            name.hasPrefix(StaffRegister.clientPrefix) ? try maker(reading, of: name) : nil
        }
    }

    /// All accounts from one to the end of its chain; a circle ends it as well.
    private func follow(
        _ reading: borrowing Reading, _ principal: String,
        _ next: (borrowing Reading, String) throws(StoreError) -> String?
    ) throws(StoreError) -> Set<String> {
        var seen: Set<String> = []
        var current: String? = principal
        while let text = current, case .staff(let name)? = Principal(text: text), seen.insert(text).inserted {
            current = try next(reading, name)
        }
        return seen
    }

    /// Who made an account; nil where the chain ends.
    private func maker(_ reading: borrowing Reading, of name: String) throws(StoreError) -> String? {
        let prefix = StaffRegister.clientPrefix
        if name.hasPrefix(prefix) {
            return try reading.first(
                "SELECT added_by FROM staff_client WHERE election = ? AND name = ?", election,
                String(name.dropFirst(prefix.count))
            ) { (row: borrowing Row) throws(StoreError) -> String in try row[0] }
        }
        return try reading.first(
            "SELECT added_by FROM staff_member WHERE election = ? AND name = ? AND confirmed_by IS NULL", election, name
        ) { (row: borrowing Row) throws(StoreError) -> String in try row[0] }
    }
}
