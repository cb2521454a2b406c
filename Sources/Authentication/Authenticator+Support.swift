import Elections
package import Journal
package import Store

/// What the help desk sees and does at a door.
extension Authenticator {
    /// When a principal signed in first; nil when they never did.
    package func firstSignIn(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Int? {
        try reading.first(
            "SELECT min(at) FROM access_sign_in WHERE election = ? AND principal = ?", election.number, principal.text
        ) { (row: borrowing Row) throws(StoreError) -> Int? in try row[0] } ?? nil
    }

    /// Whether a principal has ever signed in.
    package func hasSignedIn(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Bool {
        try reading.number(
            "SELECT EXISTS (SELECT 1 FROM access_sign_in WHERE election = ? AND principal = ?)", election.number,
            principal.text) == 1
    }

    /// Hands every principal who has ever signed in to `body`.
    package func eachSignedIn(
        _ reading: borrowing Reading, _ body: (Principal) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each("SELECT DISTINCT principal FROM access_sign_in WHERE election = ?", election.number) {
            (row: borrowing Row) throws(StoreError) in
            let text: String = try row[0]
            if let principal = Principal(text: text) { try body(principal) }
        }
    }
}
