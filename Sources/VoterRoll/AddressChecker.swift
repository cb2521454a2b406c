import Contacts
import Elections
import Inputs

/// The postal address.
extension RowChecker {
    /// Reads lines, postcode, town and country, and puts the recipient above them; false when the row is refused for
    /// them.
    /// - Parameter countryCell: the country's field; nil where it is empty.
    mutating func address(
        _ bytes: Span<UInt8>, _ countryCell: Range<Int>?, _ fields: RowFields, _ row: inout RollRow,
        _ batch: inout RowBuffer
    ) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        countryInLines.removeAll(keepingCapacity: true)
        hasWide = false
        var lines: [Range<Int>] = []
        lines.reserveCapacity(8)
        for column in addressColumns where column < fields.ranges.count {
            if let street, column == street.name {
                addStreet(bytes, street, fields, &lines)
            } else if let range = addressCell(column, bytes, fields) {
                addLines(bytes, range, &lines)
            }
        }
        let postcode = optional(.postcode, bytes, fields)
        var town = optional(.town, bytes, fields)
        guard !lines.isEmpty || postcode != nil || town != nil else { return true }
        var country = countryField(bytes, countryCell, fields)
        if countryCell == nil {
            let code = postcode ?? town.flatMap { CountryPlace.leadingCode(bytes, $0) }
            let isFive = CountryPlace.isFiveDigits(bytes, code)
            let isTownApart = postcode != nil || town != nil
            let isPlace = isTownApart && lines.last.map { CountryPlace.isHamlet(scratch[$0], bytes, code) } ?? false
            if !isPlace { country = takeCountry(&lines, isTownApart: isTownApart, isFive: isFive, fields) }
            if country.isEmpty, let given = town {
                country = takeCountry(behind: given, of: bytes, isFive: isFive, fields, &town)
            }
        }
        if postcode == nil, isFrench(country), endsWithTown(lines, town, of: bytes) {
            splitTown(&lines)
        } else if postcode != nil || town != nil {
            dropTown(&lines, postcode: postcode, town: town, of: bytes, fields)
            lines.append(townLine(bytes, postcode, town, fields, country: country))
        }
        if hasWide, let reason = WideText.fault(scratch, lines + [country]) {
            return refuseAddress(lines, reason, fields, isSpare: false)
        }
        let recipient = nameRecipient(&lines, row, &batch, fields)
        if lines.count == recipient + 1, sendsLetters {
            let column = town != nil ? Column.town : .postcode
            warn(
                positions[column.ordinal] >= 0 ? column : .address1, bytes, town ?? postcode, fields,
                "has no street or place above it: a letter to a town alone comes back", .unreachable)
        }
        do throws(PostalAddress.Fault) {
            let text = scratch
            row.address = try batch.slice { plain throws(PostalAddress.Fault) in
                try PostalAddress.normalise(text.span, lines, country: country, onto: &plain)
            }
            if country.isEmpty, sendsLetters, CountryPlace.hasNoDepartment(batch.plain[row.address.range]) {
                // Each row: each is a letter that goes astray.
                let position = positions[Column.postcode.ordinal]
                warn(
                    at: position >= 0 ? position : addressColumns.first ?? 0, bytes, postcode ?? town, fields,
                    CountryPlace.noDepartment, .unreachable)
            }
            return true
        } catch {
            let isLong = if case .longLine = error { true } else { false }
            let isSpare = isLong && !row.mail.isAbsent && !prefersLetters(bytes, fields)
            return refuseAddress(lines, error.reason, fields, isSpare: isSpare)
        }
    }

    /// A cell of the address that says something.
    func addressCell(_ column: Int, _ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int>? {
        guard let range = RowChecker.cell(bytes, fields.ranges[column]) else { return nil }
        guard Placeholders.contain(bytes, range) || Placeholders.areZeros(bytes, range) else { return range }
        warn(at: column, bytes, range, fields, "stands for nothing and is read as empty")
        return nil
    }

    /// Whether the row says that its voter wants letters.
    private mutating func prefersLetters(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        guard let range = value(.channel, bytes, fields) else { return false }
        return channels.meaning(bytes, range).map { $0.elementsEqual(Channel.letter.rawValue.utf8) } ?? false
    }

    /// Whether a letter may have to go to an address.
    private var sendsLetters: Bool { election.channels.contains(.letter) }

    /// An address that cannot be printed is a fault where a letter may have to go to it.
    /// - Parameter isSpare: whether the voter is reached by mail all the same.
    private mutating func refuseAddress(
        _ lines: [Range<Int>], _ reason: String, _ fields: RowFields, isSpare: Bool
    ) -> Bool {
        let all = lines.map { String(decoding: scratch[$0], as: UTF8.self) }.joined(separator: " | ")
        let column = addressColumns.first.map { headings[$0] } ?? "address"
        guard sendsLetters else {
            tally.add(
                line: fields.line, column, all,
                "cannot be printed and is left out: this election sends no letters", .unreachable)
            return true
        }
        if isSpare {
            report.warn(
                RollFault(
                    line: fields.line, column: column, value: all,
                    reason: "\(reason); until then the address is left out, and no letter reaches the voter",
                    weight: .unreachable))
            return true
        }
        report.fault(RollFault(line: fields.line, column: column, value: all, reason: reason))
        return false
    }

    /// Adds the lines of a cell: whoever types Alt+Enter in a spreadsheet begins a new one.
    mutating func addLines(_ bytes: Span<UInt8>, _ range: Range<Int>, _ lines: inout [Range<Int>]) {
        var start = range.lowerBound
        for index in range where bytes[index] == 10 || bytes[index] == 13 {
            if let line = Invisible.trimmed(bytes, start..<index) { lines.append(copied(bytes, line)) }
            start = index + 1
        }
        if let line = Invisible.trimmed(bytes, start..<range.upperBound) { lines.append(copied(bytes, line)) }
    }

    /// Copies a range into `scratch`, with plain spaces; returns where it lies there.
    mutating func copied(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        let start = scratch.count
        guard WideText.stands(bytes, range) else {
            scratch.append(copying: bytes.extracting(range))
            return start..<scratch.count
        }
        hasWide = true
        // Spaces of all widths are spaces.
        let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
        for scalar in text.unicodeScalars {
            if Invisible.isSpace(scalar) {
                scratch.append(32)
            } else {
                scratch.append(contentsOf: Array(String(scalar).utf8))
            }
        }
        return start..<scratch.count
    }

    /// The country, which must not change the address by a typing error.
    private mutating func countryField(
        _ bytes: Span<UInt8>, _ range: Range<Int>?, _ fields: RowFields
    ) -> Range<Int> {
        guard let range else { return 0..<0 }
        if countries.meaning(bytes, range) == nil,
            !PostalAddress.isFrance(String(decoding: range.map { bytes[$0] }, as: UTF8.self))
        {
            warn(.country, bytes, range, fields, "is no country's name known here; it is printed as it stands")
        }
        return copied(bytes, range)
    }

    /// A last line that is a country's name and nothing else is the country.
    /// - Parameter isTownApart: whether postcode or town have columns of their own, so that no line has to be the town's.
    private mutating func takeCountry(
        _ lines: inout [Range<Int>], isTownApart: Bool, isFive: Bool, _ fields: RowFields
    ) -> Range<Int> {
        guard let last = lines.last, isCountry(last),
            isTownApart
                // Behind a street, letters like `CH` or `RE` are anything.
                ? CountryPlace.isLongEnough(scratch[last])
                : lines.count >= 3 || lines.count == 2 && TownPlace.find(scratch, lines[0]) != nil
        else { return 0..<0 }
        guard !isFive || mayHaveFiveDigits(last) else {
            warnOfLine(last, fields, CountryPlace.keptAsPlace, .unreachable)
            return 0..<0
        }
        if isTownApart, !isFrench(last) { warnOfLine(last, fields, CountryPlace.mayBePlace, .unreachable) }
        lines.removeLast()
        countryInLines.append(contentsOf: scratch[last])
        return last
    }

    /// A country that stands behind the town in its field, in brackets or behind a mark: `Bruxelles (Belgique)`.
    /// - Parameter town: gets shorter where there is one.
    private mutating func takeCountry(
        behind given: Range<Int>, of bytes: Span<UInt8>, isFive: Bool, _ fields: RowFields, _ town: inout Range<Int>?
    ) -> Range<Int> {
        // A hyphen alone is a name's: Bourg-Saint-Maurice is not in Mauritius.
        guard
            let mark = given.last(where: { index in
                ",;/|(".utf8.contains(bytes[index])
                    || bytes[index] == UInt8(ascii: "-") && index > given.lowerBound && bytes[index - 1] == 32
            }), mark > given.lowerBound,
            let name = Invisible.trimmed(bytes, mark + 1..<given.upperBound),
            let place = Invisible.trimmed(bytes, given.lowerBound..<mark)
        else { return 0..<0 }
        let end = bytes[name.upperBound - 1] == UInt8(ascii: ")") ? name.upperBound - 1 : name.upperBound
        guard end > name.lowerBound else { return 0..<0 }
        let start = scratch.count
        let country = copied(bytes, name.lowerBound..<end)
        let isNamed = CountryPlace.isLongEnough(scratch[country]) && isCountry(country)
        guard isNamed, !isFive || mayHaveFiveDigits(country) else {
            if isNamed { warn(.town, bytes, name.lowerBound..<end, fields, CountryPlace.keptAsPlace, .unreachable) }
            scratch.removeLast(scratch.count - start)
            return 0..<0
        }
        warn(.town, bytes, name.lowerBound..<end, fields, CountryPlace.readAsCountry)
        town = place
        countryInLines.append(contentsOf: scratch[country])
        return country
    }

    /// Whether a range of `scratch` is a country's name.
    private mutating func isCountry(_ range: Range<Int>) -> Bool {
        guard !range.contains(where: { 48...57 ~= scratch[$0] }) else { return false }
        let text = scratch
        return countries.meaning(text.span, range) != nil
            || PostalAddress.isFrance(String(decoding: text[range], as: UTF8.self))
    }

    /// Whether the postcodes of a country, a name in `scratch`, may be five digits.
    private mutating func mayHaveFiveDigits(_ country: Range<Int>) -> Bool {
        let text = scratch
        return countries.meaning(text.span, country).map(CountryPlace.mayHaveFiveDigits) ?? true
    }

    /// Whether a country is France, or is not named.
    private func isFrench(_ country: Range<Int>) -> Bool {
        country.isEmpty || PostalAddress.isFrance(String(decoding: scratch[country], as: UTF8.self))
    }

    /// `01000 BOURG EN BRESSE`, the zero put back that a spreadsheet dropped.
    private mutating func townLine(
        _ bytes: Span<UInt8>, _ postcode: Range<Int>?, _ town: Range<Int>?, _ fields: RowFields, country: Range<Int>
    ) -> Range<Int> {
        let start = scratch.count
        if let given = postcode, case let postcode = WholeNumber.bare(bytes, given) {
            var digits = 0
            var isNumber = true
            for index in postcode {
                if 48...57 ~= bytes[index] { digits += 1 }
                if 97...122 ~= bytes[index] | 32 { isNumber = false }
            }
            let isShort = digits == 4 && isNumber && isFrench(country)
            let twice = town.flatMap { RepeatedCode(bytes, postcode, $0) }
            if let twice, twice.isPlain, isShort ? twice.code.count > digits : twice.code.count >= digits {
                _ = copied(bytes, twice.code)
                scratch.append(32)
                _ = copied(bytes, twice.town)
                return start..<scratch.count
            }
            if isShort {
                scratch.append(48)
                // Belgium's, Luxembourg's and Switzerland's have four digits, and no zero lost: a letter would go astray.
                warn(
                    .postcode, bytes, postcode, fields,
                    country.isEmpty
                        ? "had lost its leading zero, which was put back: the row names no country"
                        : "had lost its leading zero, which was put back", country.isEmpty ? .unreachable : .detail)
            }
            _ = copied(bytes, postcode)
            if let town = twice?.town ?? town {
                scratch.append(32)
                if CountryPlace.beginsWithCode(bytes, town) {
                    warn(.town, bytes, town, fields, RowChecker.otherPostcode, .unreachable)
                }
                _ = copied(bytes, town)
            }
        } else if let town {
            _ = copied(bytes, town)
        }
        return start..<scratch.count
    }

    // MARK: The recipient

    /// Puts the voter's name before the lines where it is not there; returns how many lines name the voter.
    private mutating func nameRecipient(
        _ lines: inout [Range<Int>], _ row: RollRow, _ batch: inout RowBuffer, _ fields: RowFields
    ) -> Int {
        guard !row.lastName.isAbsent, !row.firstName.isAbsent else { return 0 }
        if mayNameRecipient(lines[0], row, &batch) {
            let given = lines.map { String(decoding: scratch[$0], as: UTF8.self) }
            let (own, rest) = recipient(row, batch).above(given)
            if own + rest == given { return own.count }
            lines.removeFirst(given.count - rest.count)
        }
        if let line = shortRecipientLine(row, &batch) {
            lines.insert(line, at: 0)
            return 1
        }
        let recipient = recipient(row, batch)
        let added = recipient.lines(room: PostalAddress.mostLines - lines.count)
        if added != [recipient.whole] {
            report.warn(
                RollFault(
                    line: fields.line, column: heading(.lastName),
                    value: "\(recipient.firstName) \(recipient.lastName)",
                    reason: "is too long for a line of the address: \(added.joined(separator: " / ")) is printed"))
        }
        lines.insert(
            contentsOf: added.map { text in
                let start = scratch.count
                scratch.append(contentsOf: Array(text.utf8))
                return start..<scratch.count
            }, at: 0)
        return added.count
    }

    /// The recipient that a checked row's civility and names make.
    private func recipient(_ row: RollRow, _ batch: RowBuffer) -> Recipient {
        let isMister = !row.civility.isAbsent && batch.plain[row.civility.start] == UInt8(ascii: "M")
        return Recipient(
            title: row.civility.isAbsent ? "" : isMister ? "M" : "Mme",
            firstName: String(decoding: batch.plain[row.firstName.range], as: UTF8.self),
            lastName: String(decoding: batch.plain[row.lastName.range], as: UTF8.self))
    }

    /// Whether a line may be the recipient's, without making texts of nearly every row: a digit or no trace of the family name
    /// says that it is not.
    private mutating func mayNameRecipient(_ line: Range<Int>, _ row: RollRow, _ batch: inout RowBuffer) -> Bool {
        let name = row.lastName.range
        for index in line where 48...57 ~= scratch[index] { return false }
        // A long name may be set over two lines, of which the first is without the family name, or cut off.
        guard name.count + row.firstName.count + 5 <= PostalAddress.longestLine, line.count < Recipient.longLine
        else { return true }
        folded.removeAll(keepingCapacity: true)
        Folding.appendLetters(scratch, line, onto: &folded)
        let split = folded.count
        Folding.appendLetters(batch.plain, name, onto: &folded)
        let length = folded.count - split
        guard length > 0 else { return true }
        guard split >= length else { return false }
        for start in 0...split - length {
            var offset = 0
            while offset < length, folded[start + offset] == folded[split + offset] { offset += 1 }
            if offset == length { return true }
        }
        return false
    }

    /// `Mme Jeanne DUPONT`; nil where that is too long for a line, or may be.
    private mutating func shortRecipientLine(_ row: RollRow, _ batch: inout RowBuffer) -> Range<Int>? {
        let first = batch.plain[row.firstName.range]
        let last = batch.plain[row.lastName.range]
        guard first.count + last.count + 5 <= PostalAddress.longestLine else { return nil }
        let start = scratch.count
        if !row.civility.isAbsent {
            let isMister = batch.plain[row.civility.start] == UInt8(ascii: "M")
            scratch.append(contentsOf: Array((isMister ? "M " : "Mme ").utf8))
        }
        scratch.append(contentsOf: first)
        scratch.append(32)
        if last.allSatisfy({ $0 < 0x80 }) {
            for byte in last { scratch.append(97...122 ~= byte ? byte - 32 : byte) }
        } else {
            scratch.append(contentsOf: Array(String(decoding: last, as: UTF8.self).uppercased().utf8))
        }
        return start..<scratch.count
    }
}
