import Authentication
import Crypto
import HTTPServer
import Store

/// Whose page a form comes from: in one browser another member of the staff may have signed in since the page came, or another
/// sign-in may have begun. What such a page sends is answered in words, and nothing of it is done, under anybody's name.
extension ConsoleSite {
    /// Hexadecimal digits of an owner.
    private static let ownerDigits = 32

    /// Whose page it is, for this browser alone: it tells nobody who that is. Empty for whoever is not signed in.
    func owner(_ visitor: Visitor) -> String {
        guard let session = visitor.session else { return "" }
        return String(
            hex(forms.hash("console-owner:\(session.principal):" + visitor.browser)).prefix(ConsoleSite.ownerDigits))
    }

    /// The answer to a form of a page of somebody who was signed in here before; nil for a form of one's own, for one that names
    /// nobody, and where nobody is signed in.
    /// - Parameter owner: that the form carries.
    func formOfAnother(_ visitor: Visitor, owner: String) -> Response? {
        guard !owner.isEmpty, visitor.session != nil, !Secret(owner).matches(Secret(self.owner(visitor))) else {
            return nil
        }
        if visitor.request.header("accept") == "text/plain" { return .text(409, "other\n") }
        return message(visitor, 409, "other")
    }

    /// Whether a form is one of a sign-in that is not under way any more, or has gone on. Nothing of it is compared or counted.
    func isOfBefore(_ token: String, _ form: Form?) throws(StoreError) -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            guard try parts.door.request(reading, token: token) != nil else { return false }
            return try !parts.door.isCurrent(reading, token: token, mark: form?["mark"] ?? "")
        }
    }

    /// The page at which the sign-in under way stands, for a form of another one.
    func answerOfBefore(_ visitor: Visitor, _ token: String) throws -> Response {
        let isVerified = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.door.request(reading, token: token)?.state == .verified
        }
        let error = text("signIn.old", visitor.language)
        return try isVerified
            ? secret(visitor, status: 409, error: error) : code(visitor, status: 409, error: error)
    }
}
