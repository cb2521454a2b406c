import Authentication
import HTTPServer
import Store
import WebContent

/// Whose page a form comes from: in one browser another member of the staff may have signed in since the page came, or another
/// sign-in may have begun. What such a page sends is answered in words, and nothing of it is done, under anybody's name.
extension ConsoleSite {
    /// Whose page it is, for this browser alone: it tells nobody who that is. Empty for whoever is not signed in.
    func owner(_ visitor: Visitor) -> String {
        guard let session = visitor.session else { return "" }
        return tokens.owner("\(session.principal)", visitor.browser)
    }

    /// The answer to a form of a page of somebody who was signed in here before; nil for a form of one's own, for one that names
    /// nobody, and where nobody is signed in.
    /// - Parameter owner: that the form carries.
    func formOfAnother(_ visitor: Visitor, owner: String) -> Response? {
        guard !owner.isEmpty, visitor.session != nil, !PageTokens.match(owner, self.owner(visitor)) else {
            return nil
        }
        if visitor.request.header("accept") == "text/plain" { return .text(409, "other\n") }
        return message(visitor, 409, "other")
    }
}
