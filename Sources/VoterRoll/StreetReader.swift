/// Reads the street where it stands in pieces.
struct StreetReader {
    /// Where the columns stand, and who is told.
    let sheet: SheetColumns

    /// Adds the lines of the street's column, with number, `bis` and kind of way before the first of them.
    func add(
        _ bytes: Span<UInt8>, _ street: StreetColumns, _ fields: RowFields, to address: inout AddressLines
    ) {
        let parts = street.parts.compactMap { part($0, bytes, fields) }
        let first = address.lines.count
        if street.name < fields.ranges.count, let cell = sheet.addressCell(street.name, bytes, fields) {
            address.add(bytes, cell)
        }
        guard let head = parts.first else { return }
        guard first < address.lines.count else {
            sheet.warn(at: head.position, bytes, head.range, fields, "has no street's name beside it", .unreachable)
            let line = address.join(parts.map { Array(bytes, $0.range) })
            address.lines.append(line)
            return
        }
        let name = Array(address.bytes[address.lines[first]])
        // The name's column may hold the number, or the kind of way, once more.
        guard !WayKinds.begins(name, with: Array(bytes, head.range), isAlone: parts.count == 1) else { return }
        let wanted = parts.map { Array(bytes, $0.range) }.enumerated().filter { index, part in
            index < parts.count - 1 || !WayKinds.isKind(part, of: name)
        }
        let line = address.join(wanted.map(\.element) + [name])
        address.lines[first] = line
    }

    /// A piece that says something.
    private func part(
        _ position: Int, _ bytes: Span<UInt8>, _ fields: RowFields
    ) -> (position: Int, range: Range<Int>)? {
        guard position < fields.ranges.count, let found = sheet.addressCell(position, bytes, fields) else { return nil }
        let range = WholeNumber.bare(bytes, found)
        guard range.contains(where: { bytes[$0] != 48 }) else {
            sheet.warn(at: position, bytes, found, fields, "stands for nothing and is read as empty")
            return nil
        }
        return (position, range)
    }
}
