import Contacts

/// The street where it stands in pieces, and the town where it stands twice.
extension RowChecker {
    /// Adds the lines of the street's column, with number, `bis` and kind of way before the first of them.
    mutating func addStreet(
        _ bytes: Span<UInt8>, _ street: StreetColumns, _ fields: RowFields, _ lines: inout [Range<Int>]
    ) {
        let parts = street.parts.compactMap { part($0, bytes, fields) }
        let first = lines.count
        if street.name < fields.ranges.count, let cell = addressCell(street.name, bytes, fields) {
            addLines(bytes, cell, &lines)
        }
        guard let head = parts.first else { return }
        guard first < lines.count else {
            warn(at: head.position, bytes, head.range, fields, "has no street's name beside it", .unreachable)
            lines.append(joined(parts.map { Array(bytes, $0.range) }))
            return
        }
        let name = Array(scratch[lines[first]])
        // The name's column may hold the number, or the kind of way, once more.
        guard !WayKinds.begins(name, with: Array(bytes, head.range), isAlone: parts.count == 1) else { return }
        let wanted = parts.map { Array(bytes, $0.range) }.enumerated().filter { index, part in
            index < parts.count - 1 || !WayKinds.isKind(part, of: name)
        }
        lines[first] = joined(wanted.map(\.element) + [name])
    }

    /// A piece that says something.
    private func part(
        _ position: Int, _ bytes: Span<UInt8>, _ fields: RowFields
    ) -> (position: Int, range: Range<Int>)? {
        guard position < fields.ranges.count, let found = addressCell(position, bytes, fields) else { return nil }
        let range = WholeNumber.bare(bytes, found)
        guard range.contains(where: { bytes[$0] != 48 }) else {
            warn(at: position, bytes, found, fields, "stands for nothing and is read as empty")
            return nil
        }
        return (position, range)
    }

    /// Words as one line in `scratch`.
    private mutating func joined(_ words: [[UInt8]]) -> Range<Int> {
        let start = scratch.count
        for word in words {
            if scratch.count > start { scratch.append(32) }
            _ = copied(word.span, word.indices)
        }
        return start..<scratch.count
    }

    // MARK: The town

    /// What is said of a second postcode.
    static let otherPostcode = "names another postcode than the postcode's column: look which is right"

    /// Takes the town off the last line where columns of their own hold it too: `12 rue X, 59000 Lille` beside `59000` and
    /// `Lille`.
    mutating func dropTown(
        _ lines: inout [Range<Int>], postcode: Range<Int>?, town: Range<Int>?, of bytes: Span<UInt8>,
        _ fields: RowFields
    ) {
        guard let last = lines.last else { return }
        guard let place = TownPlace.find(scratch, last) else {
            if let start = startOfTown(last, postcode, town, of: bytes) {
                if let kept = trimmedLine(last.lowerBound..<start) {
                    lines[lines.count - 1] = kept
                } else {
                    lines.removeLast()
                }
                return
            }
            return dropBareTown(&lines, town, of: bytes)
        }
        let code = Array(bytes, WholeNumber.bare(bytes, postcode ?? 0..<0)).filter { 48...57 ~= $0 }
        guard place.code.elementsEqual(code) || code.count == 4 && place.code.dropFirst().elementsEqual(code) else {
            guard code.count > 3 else { return }
            return warnOfLine(last, fields, RowChecker.otherPostcode)
        }
        let named = Folding.plain(String(decoding: scratch[place.end..<last.upperBound], as: UTF8.self))
        let wanted = Folding.plain(String(decoding: Array(bytes, town ?? 0..<0), as: UTF8.self))
        if !named.hasPrefix(wanted), !wanted.hasPrefix(named) {
            warnOfLine(last, fields, "names another town than the town's column, which is printed: look which is right")
        }
        let rest = last.lowerBound..<place.start
        if let kept = trimmedLine(rest) { lines[lines.count - 1] = kept } else { lines.removeLast() }
    }

    /// Where the postcode and town of the columns stand at the end of a line, in the form of a country without five digits.
    private func startOfTown(
        _ line: Range<Int>, _ postcode: Range<Int>?, _ town: Range<Int>?, of bytes: Span<UInt8>
    ) -> Int? {
        guard let postcode, let town, let end = line.last, bytes[town.upperBound - 1] | 32 == scratch[end] | 32,
            let first = postcode.first, postcode.count != 5 || !postcode.allSatisfy({ 48...57 ~= bytes[$0] })
        else { return nil }
        // Whole words in the line, as long as postcode and town: nearly every line is told by its length.
        let length = postcode.count + town.count
        for start in line.reversed()
        where line.upperBound - start >= length && scratch[start] | 32 == bytes[first] | 32
            && (start == line.lowerBound || " ,;-".utf8.contains(scratch[start - 1]))
        {
            let wanted = Array(bytes, postcode) + Array(bytes, town)
            let found = String(decoding: scratch[start..<line.upperBound], as: UTF8.self)
            if Folding.plain(found) == Folding.plain(String(decoding: wanted, as: UTF8.self)) { return start }
        }
        return nil
    }

    /// Warns of a line of the address.
    func warnOfLine(
        _ line: Range<Int>, _ fields: RowFields, _ reason: String, _ weight: RollFault.Weight = .wrongPerson
    ) {
        report.warn(
            RollFault(
                line: fields.line, column: addressColumns.first.map { headings[$0] } ?? "address",
                value: String(decoding: scratch[line], as: UTF8.self), reason: reason, weight: weight))
    }

    /// Whether the last line ends with a postcode and a town, which is the one that is given where one is.
    func endsWithTown(_ lines: [Range<Int>], _ town: Range<Int>?, of bytes: Span<UInt8>) -> Bool {
        guard let town else { return true }
        guard let last = lines.last, let place = TownPlace.find(scratch, last) else { return false }
        let named = Folding.plain(String(decoding: scratch[place.end..<last.upperBound], as: UTF8.self))
        return named.hasPrefix(Folding.plain(String(decoding: Array(bytes, town), as: UTF8.self)))
    }

    /// The same where the last line is the town alone, or ends with it behind a comma; one line is a place of that name.
    private func dropBareTown(_ lines: inout [Range<Int>], _ town: Range<Int>?, of bytes: Span<UInt8>) {
        guard let town, let last = lines.last, let end = last.last, bytes[town.upperBound - 1] | 32 == scratch[end] | 32
        else { return }
        let wanted = Folding.plain(String(decoding: Array(bytes, town), as: UTF8.self))
        var start = end
        while start > last.lowerBound, scratch[start - 1] != UInt8(ascii: ",") { start -= 1 }
        let isAlone = start == last.lowerBound
        guard !isAlone || lines.count > 1,
            Folding.plain(String(decoding: scratch[start...end], as: UTF8.self)) == wanted
        else { return }
        if let kept = isAlone ? nil : trimmedLine(last.lowerBound..<start) {
            lines[lines.count - 1] = kept
        } else {
            lines.removeLast()
        }
    }

    /// Parts the town's line from a street that stands on one line with it.
    mutating func splitTown(_ lines: inout [Range<Int>]) {
        guard let last = lines.last, let place = TownPlace.find(scratch, last), place.start > last.lowerBound,
            let street = trimmedLine(last.lowerBound..<place.start)
        else { return }
        var town = place.start..<last.upperBound
        if let comma = scratch[town].lastIndex(of: UInt8(ascii: ",")) {
            // France behind the town goes; another country says that this is no French address.
            guard PostalAddress.isFrance(String(decoding: scratch[(comma + 1)..<town.upperBound], as: UTF8.self)) else {
                return
            }
            town = town.lowerBound..<comma
        }
        lines[lines.count - 1] = street
        lines.append(town)
    }

    /// A line less the marks that part it from what stood behind it.
    private func trimmedLine(_ range: Range<Int>) -> Range<Int>? {
        var high = range.upperBound
        while high > range.lowerBound, " ,;-/|".utf8.contains(scratch[high - 1]) { high -= 1 }
        return high > range.lowerBound ? range.lowerBound..<high : nil
    }
}
