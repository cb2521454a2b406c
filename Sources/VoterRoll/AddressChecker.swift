import Contacts

/// Checks the postal address: its readers put the lines together, and what cannot be printed is refused.
struct AddressChecker {
    /// Where the columns stand, and who is told.
    private let sheet: SheetColumns
    /// Whether a letter may have to go to an address.
    private let sendsLetters: Bool
    private let street: StreetReader
    private let town: TownReader
    private var country: CountryReader
    private var recipient: RecipientReader
    /// By which the voter would rather be written to.
    private var channels = Synonyms.channels
    /// The present row's.
    private var address = AddressLines()

    /// - Parameter sendsLetters: whether the election sends any.
    init(_ sheet: SheetColumns, sendsLetters: Bool) {
        (self.sheet, self.sendsLetters) = (sheet, sendsLetters)
        (street, town) = (StreetReader(sheet: sheet), TownReader(sheet: sheet))
        (country, recipient) = (CountryReader(sheet), RecipientReader(sheet))
    }

    /// Reads lines, postcode, town and country, and puts the recipient above them; false when the row is refused for
    /// them.
    /// - Parameter countryCell: the country's field; nil where it is empty.
    mutating func check(
        _ bytes: Span<UInt8>, _ countryCell: Range<Int>?, _ fields: RowFields, _ row: inout RollRow,
        _ batch: inout RowBuffer
    ) -> Bool {
        gather(bytes, fields)
        let postcode = sheet.optional(.postcode, bytes, fields)
        var townCell = sheet.optional(.town, bytes, fields)
        guard !address.lines.isEmpty || postcode != nil || townCell != nil else { return true }
        let land = country.read(bytes, fields, countryCell, postcode, &townCell, &address)
        town.place(postcode, townCell, of: bytes, fields, country: land, in: &address)
        if address.hasWide, let reason = WideText.fault(address.bytes, address.lines + [land]) {
            return refuse(reason, fields, isSpare: false)
        }
        let named = recipient.name(&address, row, batch, fields)
        if address.lines.count == named + 1, sendsLetters {
            let column = townCell != nil ? Column.town : .postcode
            sheet.warn(
                sheet.position(column) != nil ? column : .address1, bytes, townCell ?? postcode, fields,
                "has no street or place above it: a letter to a town alone comes back", .unreachable)
        }
        do throws(PostalAddress.Fault) {
            let (text, lines) = (address.bytes, address.lines)
            row.address = try batch.slice { plain throws(PostalAddress.Fault) in
                try PostalAddress.normalise(text.span, lines[...], country: land, onto: &plain)
            }
        } catch {
            let isLong = if case .longLine = error { true } else { false }
            let isSpare = isLong && !row.mail.isAbsent && !prefersLetters(bytes, fields)
            return refuse(error.reason, fields, isSpare: isSpare)
        }
        if land.isEmpty, sendsLetters, CountryPlace.hasNoDepartment(batch.plain[row.address.range]) {
            // Each row: each is a letter that goes astray.
            sheet.warn(
                at: sheet.position(.postcode) ?? sheet.addressColumns.first ?? 0, bytes, postcode ?? townCell, fields,
                CountryPlace.noDepartment, .unreachable)
        }
        return true
    }

    /// Where the numbers without + of the row that was read last are at home.
    /// - Parameter countryCell: the country's field; nil where it is empty.
    mutating func home(_ bytes: Span<UInt8>, _ countryCell: Range<Int>?) -> PhoneNumber.Home {
        country.home(bytes, countryCell)
    }

    /// Puts the lines of the address's columns together.
    private mutating func gather(_ bytes: Span<UInt8>, _ fields: RowFields) {
        address.clear()
        country.clear()
        for column in sheet.addressColumns where column < fields.ranges.count {
            if let pieces = sheet.street, column == pieces.name {
                street.add(bytes, pieces, fields, to: &address)
            } else if let range = sheet.addressCell(column, bytes, fields) {
                address.add(bytes, range)
            }
        }
    }

    /// Whether the row says that its voter wants letters.
    private mutating func prefersLetters(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        guard let range = sheet.value(.channel, bytes, fields) else { return false }
        return channels.meaning(bytes, range).map { $0.elementsEqual(Channel.letter.rawValue.utf8) } ?? false
    }

    /// An address that cannot be printed is a fault where a letter may have to go to it.
    /// - Parameter isSpare: whether the voter is reached by mail all the same.
    private func refuse(_ reason: String, _ fields: RowFields, isSpare: Bool) -> Bool {
        let all = address.lines.map { address.text($0) }.joined(separator: " | ")
        guard sendsLetters else {
            sheet.tally.add(
                line: fields.line, sheet.addressHeading, all,
                "cannot be printed and is left out: this election sends no letters", .unreachable)
            return true
        }
        if isSpare {
            sheet.warn(
                ofLine: all, fields, "\(reason); until then the address is left out, and no letter reaches the voter",
                .unreachable)
            return true
        }
        sheet.report.fault(
            RollFault(line: fields.line, column: sheet.addressHeading, value: all, reason: reason))
        return false
    }
}
