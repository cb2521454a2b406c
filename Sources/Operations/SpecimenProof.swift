/// A specimen that was made.
package struct SpecimenProof: Sendable {
    /// By which it is approved.
    package let id: Int
    /// Of the PDF, 64 hexadecimal digits: it is another as soon as a text, the layout or an enclosure is.
    package let sha256: String
    /// As the journal has them: `staff:name`.
    package let madeBy: String
    /// Seconds since 1970.
    package let madeAt: Int
    /// Nil while it waits for a second person.
    package let approvedBy: String?
    /// Seconds since 1970; nil while it waits for a second person.
    package let approvedAt: Int?
}

/// How far the approval of the letters has come.
package struct SpecimenState: Sendable {
    /// The one that was approved last; nil before. Letters are printed by it alone.
    package let approved: SpecimenProof?
    /// The one that was made last, approved or not; nil when none was made.
    package let latest: SpecimenProof?
    /// Of the specimen as it would be made now, 64 hexadecimal digits.
    package let present: String

    /// Whether letters may be printed: what was approved last is what would be printed now.
    package var isApproved: Bool { approved?.sha256 == present }

    /// The one that waits for a second person, as texts, layout and enclosures are now.
    package var waiting: SpecimenProof? {
        guard !isApproved, let latest, latest.approvedAt == nil, latest.sha256 == present else { return nil }
        return latest
    }
}

/// What approving a specimen came to.
package enum SpecimenDecision: Sendable, Equatable {
    case approved
    /// There is none that waits, or the texts are others by now.
    case gone
    /// Whoever made it may be the person who approves.
    case samePerson
    /// The account is new: it approves nothing before this time.
    case tooNew(until: Int)
    /// The person's role approves no specimen.
    case mayNot
}
