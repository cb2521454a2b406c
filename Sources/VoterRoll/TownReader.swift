import Contacts

/// Puts postcode and town into an address: once, where they stand in a line and in columns of their own.
struct TownReader {
    /// Where the columns stand, and who is told.
    let sheet: SheetColumns

    /// Adds the town's line, or parts it from the street where the last line holds it.
    /// - Parameters:
    ///   - postcode: its field, where it says something.
    ///   - town: its field, where it says something.
    ///   - country: where it lies in the address; empty where none is named.
    func place(
        _ postcode: Range<Int>?, _ town: Range<Int>?, of bytes: Span<UInt8>, _ fields: RowFields, country: Range<Int>,
        in address: inout AddressLines
    ) {
        let town = address.isFrench(country) ? withoutDepartment(town, postcode, bytes, fields) : town
        if postcode == nil, address.isFrench(country), endsWithTown(address, town, of: bytes) {
            split(&address)
        } else if postcode != nil || town != nil {
            drop(&address, postcode: postcode, town: town, of: bytes, fields)
            let added = line(bytes, postcode, town, fields, country: country, in: &address)
            address.lines.append(added)
        }
    }

    /// The town's field less the number of the postcode's department, `59 Lille` beside `59000`; another one's is told.
    private func withoutDepartment(
        _ town: Range<Int>?, _ postcode: Range<Int>?, _ bytes: Span<UInt8>, _ fields: RowFields
    ) -> Range<Int>? {
        guard let town, let postcode, let found = DepartmentNumber(bytes, postcode, town) else { return town }
        guard found.isOfPostcode else {
            sheet.warn(.town, bytes, town, fields, DepartmentNumber.other)
            return town
        }
        sheet.tally.add(
            line: fields.line, sheet.heading(.town), sheet.shown(bytes, town), DepartmentNumber.leftOut)
        return found.town
    }

    /// What is said of a second postcode.
    static let otherPostcode = "names another postcode than the postcode's column: look which is right"

    /// Takes the town off the last line where columns of their own hold it too: `12 rue X, 59000 Lille` beside `59000` and
    /// `Lille`.
    private func drop(
        _ address: inout AddressLines, postcode: Range<Int>?, town: Range<Int>?, of bytes: Span<UInt8>,
        _ fields: RowFields
    ) {
        guard let last = address.lines.last else { return }
        guard let place = TownPlace.find(address.bytes, last) else {
            if let start = startOfBoth(in: address, last, postcode, town, of: bytes) {
                return address.cutLast(to: last.lowerBound..<start)
            }
            return dropBare(&address, town, of: bytes)
        }
        let code = Array(bytes, WholeNumber.bare(bytes, postcode ?? 0..<0)).filter { 48...57 ~= $0 }
        guard place.code.elementsEqual(code) || code.count == 4 && place.code.dropFirst().elementsEqual(code) else {
            guard code.count > 3 else { return }
            return sheet.warn(ofLine: address.text(last), fields, TownReader.otherPostcode)
        }
        let named = Folding.plain(address.text(place.end..<last.upperBound))
        let wanted = Folding.plain(String(decoding: Array(bytes, town ?? 0..<0), as: UTF8.self))
        if !named.hasPrefix(wanted), !wanted.hasPrefix(named) {
            sheet.warn(
                ofLine: address.text(last), fields,
                "names another town than the town's column, which is printed: look which is right")
        }
        address.cutLast(to: last.lowerBound..<place.start)
    }

    /// Where the postcode and town of the columns stand at the end of a line, in the form of a country without five digits.
    private func startOfBoth(
        in address: AddressLines, _ line: Range<Int>, _ postcode: Range<Int>?, _ town: Range<Int>?,
        of bytes: Span<UInt8>
    ) -> Int? {
        guard let postcode, let town, let end = line.last, bytes[town.upperBound - 1] | 32 == address.bytes[end] | 32,
            let first = postcode.first, postcode.count != 5 || !postcode.allSatisfy({ 48...57 ~= bytes[$0] })
        else { return nil }
        // Whole words in the line, as long as postcode and town: nearly every line is told by its length.
        let length = postcode.count + town.count
        for start in line.reversed()
        where line.upperBound - start >= length && address.bytes[start] | 32 == bytes[first] | 32
            && (start == line.lowerBound || " ,;-".utf8.contains(address.bytes[start - 1]))
        {
            let wanted = Array(bytes, postcode) + Array(bytes, town)
            if Folding.isSame(address.bytes.span, start..<line.upperBound, wanted.span, wanted.indices) { return start }
        }
        return nil
    }

    /// Whether the last line ends with a postcode and a town, which is the one that is given where one is.
    private func endsWithTown(_ address: AddressLines, _ town: Range<Int>?, of bytes: Span<UInt8>) -> Bool {
        guard let town else { return true }
        guard let last = address.lines.last, let place = TownPlace.find(address.bytes, last) else { return false }
        let named = Folding.plain(address.text(place.end..<last.upperBound))
        return named.hasPrefix(Folding.plain(String(decoding: Array(bytes, town), as: UTF8.self)))
    }

    /// The same where the last line is the town alone, or ends with it behind a comma; one line is a place of that name.
    private func dropBare(_ address: inout AddressLines, _ town: Range<Int>?, of bytes: Span<UInt8>) {
        guard let town, let last = address.lines.last, let end = last.last,
            bytes[town.upperBound - 1] | 32 == address.bytes[end] | 32
        else { return }
        var start = end
        while start > last.lowerBound, address.bytes[start - 1] != UInt8(ascii: ",") { start -= 1 }
        let isAlone = start == last.lowerBound
        guard !isAlone || address.lines.count > 1,
            Folding.isSame(address.bytes.span, start..<end + 1, bytes, town)
        else { return }
        if isAlone { address.lines.removeLast() } else { address.cutLast(to: last.lowerBound..<start) }
    }

    /// Parts the town's line from a street that stands on one line with it.
    private func split(_ address: inout AddressLines) {
        guard let last = address.lines.last, let place = TownPlace.find(address.bytes, last),
            place.start > last.lowerBound,
            let street = address.trimmed(last.lowerBound..<place.start)
        else { return }
        var town = place.start..<last.upperBound
        if let comma = address.bytes[town].lastIndex(of: UInt8(ascii: ",")) {
            // France behind the town goes; another country says that this is no French address.
            guard PostalAddress.isFrance(address.bytes.span, comma + 1..<town.upperBound) else { return }
            town = town.lowerBound..<comma
        }
        address.lines[address.lines.count - 1] = street
        address.lines.append(town)
    }

    // MARK: Its line

    /// `01000 BOURG EN BRESSE`, the zero put back that a spreadsheet dropped.
    private func line(
        _ bytes: Span<UInt8>, _ postcode: Range<Int>?, _ town: Range<Int>?, _ fields: RowFields, country: Range<Int>,
        in address: inout AddressLines
    ) -> Range<Int> {
        let start = address.bytes.count
        if let given = postcode, case let postcode = WholeNumber.bare(bytes, given) {
            var digits = 0
            var isNumber = true
            for index in postcode {
                if 48...57 ~= bytes[index] { digits += 1 }
                if 97...122 ~= bytes[index] | 32 { isNumber = false }
            }
            let isShort = digits == 4 && isNumber && address.isFrench(country)
            let twice = town.flatMap { RepeatedCode(bytes, postcode, $0) }
            if let twice, twice.isPlain, isShort ? twice.code.count > digits : twice.code.count >= digits {
                _ = address.copy(bytes, twice.code)
                address.copy(32)
                _ = address.copy(bytes, twice.town)
                return start..<address.bytes.count
            }
            if isShort {
                address.copy(48)
                // Belgium's, Luxembourg's and Switzerland's have four digits, and no zero lost: a letter would go astray.
                sheet.warn(
                    .postcode, bytes, postcode, fields,
                    country.isEmpty
                        ? "had lost its leading zero, which was put back: the row names no country"
                        : "had lost its leading zero, which was put back", country.isEmpty ? .unreachable : .detail)
            }
            _ = address.copy(bytes, postcode)
            if let town = twice?.town ?? town {
                address.copy(32)
                if CountryPlace.beginsWithCode(bytes, town) {
                    sheet.warn(.town, bytes, town, fields, TownReader.otherPostcode, .unreachable)
                }
                _ = address.copy(bytes, town)
            }
        } else if let town {
            _ = address.copy(bytes, town)
        }
        return start..<address.bytes.count
    }
}
