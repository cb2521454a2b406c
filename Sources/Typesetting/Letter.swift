/// What one letter says beside its fixed text.
package struct Letter: Sendable {
    /// Which fixed text it has: an index into the press's faces.
    package let face: Int
    /// The lines in the window: up to six and a country.
    package let recipient: [String]
    /// How the voter is addressed, above the text; empty for none.
    package let greeting: String
    /// What stands in each slot of the codes frame, in the face's order.
    package let codes: [String]
    /// Where the QR code leads. It may hold the identifier behind a `#`, which browsers never send; never the code: who
    /// finds a photograph of the QR alone must not be able to sign in.
    package let link: String
    /// A word in large grey type behind the text, on sheets that are no real letters.
    package var watermark: String?
    /// Election, batch and number, at the foot of the page.
    package let mark: String
    /// Batch, number, sheet and sheets for the machine that puts it into its envelope, as a DataMatrix. No secret and no name.
    package let matrix: String

    /// What tests and the printing room make letters with; a watermark is set afterwards.
    package init(
        face: Int, recipient: [String], greeting: String, codes: [String], link: String, mark: String, matrix: String
    ) {
        (self.face, self.recipient, self.greeting, self.codes) = (face, recipient, greeting, codes)
        (self.link, self.mark, self.matrix) = (link, mark, matrix)
    }
}
