/// One checked row: normal forms of its fields, as places in the batch's bytes.
struct RollRow {
    /// The line of the file; of a second sheet counted from `RollLimits.sheetLines` on.
    var line = 0
    /// In Unicode's composed form.
    var reference = Slice.absent
    /// `M` or `F`.
    var civility = Slice.absent
    /// Composed, with single spaces.
    var lastName = Slice.absent
    /// Composed, with single spaces.
    var firstName = Slice.absent
    /// The college's key in the election.
    var college = Slice.absent
    /// The site's key in the election.
    var site = Slice.absent
    /// Votes that the voter holds, from 1.
    var weight = 1
    /// `fr` or `en`.
    var language = Slice.absent
    /// Raw value of a `Channel`.
    var channel = Slice.absent
    /// In the form of `EmailAddress`.
    var mail = Slice.absent
    /// In E.164.
    var phone = Slice.absent
    /// Whether SMS may go to the number.
    var isMobile = false
    /// In the form in which `PostalAddress` is stored.
    var address = Slice.absent
    /// The answer, and from `RowAccumulator.finish` on its hash.
    var challenge = Slice.absent
    /// The blind index of the mail address.
    var mailIndex = 0
    /// The blind index of the number.
    var phoneIndex = 0
    /// Over all values and over the answer alone, in the batch's sealed bytes: equal where a row did not change.
    var digest = Slice.absent
    /// The voter's number; 0 until it is known.
    var id = 0
    // Places in the batch's sealed bytes.
    /// Bound to election, voter and column.
    var sealedMail = Slice.absent
    /// Bound to election, voter and column.
    var sealedPhone = Slice.absent
    /// Bound to election, voter and column.
    var sealedAddress = Slice.absent
}
