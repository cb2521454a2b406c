import Inputs

/// How the headings of a file were understood.
struct RollHeadings {
    /// The headings as they stand in the file.
    let texts: [String]
    /// Where each known column stands, from 0.
    let index: [Column: Int]
    /// Columns of the same meaning that are read where the first one's field is empty: birth names, landlines.
    let fallbacks: [Column: [Int]]
    /// Where a street stands in pieces; nil where it does not.
    let street: StreetColumns?
    /// Headings that mean nothing here; their values are not read.
    let ignored: [String]
    /// Those of them that have a meaning, and are not read because somebody said so; whether no other column has that meaning.
    let unread: [(text: String, isOnly: Bool)]

    /// What every roll needs.
    static let needed = [Column.reference, .lastName, .firstName]

    /// Understands one row as headings, or says why it is none.
    /// - Parameters:
    ///   - map: folded headings and the columns that somebody said they mean.
    ///   - unread: headings that somebody said are not read.
    ///   - isSheet: whether the row is one of a spreadsheet, whose fields nothing separates.
    /// - Throws: `RollFileError` when a needed column is missing, two columns mean the same, or the row is one field.
    init(
        _ bytes: Span<UInt8>, _ fields: RowFields, map: [String: Column], unread: Set<String>, file: String,
        isSheet: Bool
    ) throws(RollFileError) {
        let line = fields.line
        func refuse(_ message: String, isMeant: Bool = true) -> RollFileError {
            RollFileError(file: file, line: line, message: message, isAboutHeadings: isMeant)
        }
        let texts = try RollHeadings.texts(bytes, fields, file)
        if texts.count == 1,
            ";,\t|".utf8.contains(where: { RollHeadings.needed(TextHead.fields(texts[0].utf8, $0), map: map) >= 2 })
        {
            guard !isSheet else {
                throw RollFileError(
                    decided:
                        "all headings stand in one cell: part the column in the spreadsheet with \"Text to columns\", and import that",
                    file: file, line: line)
            }
            let start = fields.ranges[0].lowerBound
            guard start > 0, bytes[start - 1] == UInt8(ascii: "\"") else {
                throw RollFileError(
                    decided:
                        "the headings are separated by another mark than the line \"sep=\" or the other lines say: write the same one "
                        + "everywhere", file: file, line: line)
            }
            throw RollFileError(
                decided:
                    "every line stands in quotes as a whole, so that it is one field: take these quotes away, or save the file again "
                    + "from the program it came from", file: file, line: line)
        }
        let folded = texts.map(Column.fold)
        var found = try RollHeadings.mapped(texts, folded, map) { refuse($0) }
        var candidates: [Column: [(rank: Int, position: Int)]] = [:]
        let left = RollHeadings.positions(of: unread, in: folded).subtracting(found.values)
        var street = StreetColumns(
            folded.enumerated().map { left.contains($0.offset) ? "" : $0.element }, taken: Set(found.values))
        let apart = left.union(street?.parts ?? [])
        for (position, heading) in folded.enumerated() where !found.values.contains(position) {
            guard !apart.contains(position) else { continue }
            guard let (column, rank) = Column.known(heading), found[column] == nil else { continue }
            candidates[column, default: []].append((rank, position))
        }
        var fallbacks: [Column: [Int]] = [:]
        for column in Column.allCases {
            guard let places = candidates[column]?.sorted(by: { $0 < $1 }), let first = places.first else { continue }
            if places.count > 1, places[1].rank == first.rank {
                throw refuse(RollHeadings.twice(column, texts, folded, first.position, places[1].position))
            }
            found[column] = first.position
            if column.hasFallbacks { fallbacks[column] = places.dropFirst().map(\.position) }
        }
        RollHeadings.placeComplement(&found, folded)
        // Another column is the street's line.
        if let name = street?.name, !found.values.contains(name) { street = nil }
        let missing = RollHeadings.needed.filter { found[$0] == nil }
        guard missing.isEmpty else {
            if let reason = Mojibake.fault(texts.joined(separator: " ").utf8) {
                throw refuse("the line of the headings \(reason)", isMeant: false)
            }
            guard texts.count > 1 || isSheet else {
                throw refuse(
                    "there is no column for reference, last_name, first_name: this line is one field (\(texts[0])); fields are "
                        + "separated by ; , | or tab, and the headings stand in one of the first \(RollLimits.headingRows) lines",
                    isMeant: false)
            }
            guard texts.count > 1 else {
                throw refuse(
                    "there is no column for reference, last_name, first_name: this row of the sheet is one cell (\(texts[0])); the "
                        + "headings stand in one of the first \(RollLimits.headingRows) rows, each in a cell of its own",
                    isMeant: false)
            }
            if let both = folded.firstIndex(where: RollHeadings.wholeNames.contains),
                missing.contains(.lastName) || missing.contains(.firstName)
            {
                throw refuse(
                    "the column \"\(texts[both])\" holds family and first name together: part it into two columns, in a spreadsheet "
                        + "with \"Text to columns\", and import that", isMeant: false)
            }
            throw refuse(
                "there is no column for \(missing.map(\.rawValue).joined(separator: ", ")) among the headings "
                    + "(\(texts.prefix(20).joined(separator: " | "))): name it with --map \"HEADING=\(missing[0].rawValue)\""
            )
        }
        let read = Set(found.values).union(fallbacks.values.flatMap { $0 }).union(street?.parts ?? [])
        ignored = texts.indices.filter { !read.contains($0) && !folded[$0].isEmpty }.map { texts[$0] }
        self.unread = left.subtracting(read).sorted().compactMap { position in
            Column.known(folded[position]).map { (texts[position], found[$0.column] == nil) }
        }
        (self.texts, index, self.fallbacks, self.street) = (texts, found, fallbacks, street)
    }

    /// Headings of columns that hold both names.
    private static let wholeNames: Set<String> = [
        "nomprenom", "nometprenom", "nomprenoms", "nometprenoms", "prenomnom", "prenometnom", "nomcomplet", "fullname",
        "identite", "nomprenomsalarie", "salarie", "nomprenomdusalarie",
    ]

    /// Whether one of the headings is that of both names.
    static func holdWholeName(_ texts: [String]) -> Bool { texts.contains { wholeNames.contains(Column.fold($0)) } }

    /// The trimmed headings.
    /// - Throws: when one is longer than a cell may be: the row is no headings.
    private static func texts(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ file: String
    ) throws(RollFileError) -> [String] {
        var texts: [String] = []
        for (position, range) in fields.ranges.enumerated() {
            let value = (Invisible.trimmed(bytes, range) ?? range.lowerBound..<range.lowerBound).map { bytes[$0] }
            guard RollLimits.cell.fault(bytes: value) == nil else {
                throw RollFileError(
                    file: file, line: fields.line,
                    message:
                        "the heading of column \(ColumnName.of(position)) is longer than \(RollLimits.cell.scalars) characters or "
                        + "piles up combining marks: is this line the headings?")
            }
            texts.append(String(decoding: value, as: UTF8.self))
        }
        return texts
    }

    /// The columns that `map` names: by a heading, or by its second, third... occurrence (`courriel#2`).
    /// - Throws: when a heading is not there, or two are named for one column.
    private static func mapped(
        _ texts: [String], _ folded: [String], _ map: [String: Column], _ refuse: (String) -> RollFileError
    ) throws(RollFileError) -> [Column: Int] {
        var found: [Column: Int] = [:]
        for (key, column) in map.sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: "#", maxSplits: 1)
            let occurrence = parts.count == 2 ? Int(parts[1]) ?? 0 : 1
            let places = folded.indices.filter { folded[$0] == parts.first.map(String.init) }
            guard occurrence > 0, occurrence <= places.count else {
                throw refuse(
                    "--map names a heading for \(column.rawValue) that the file does not have; its headings are "
                        + texts.prefix(20).joined(separator: " | "))
            }
            guard found.updateValue(places[occurrence - 1], forKey: column) == nil else {
                throw refuse("--map names two headings for \(column.rawValue): name one")
            }
        }
        return found
    }

    /// Where headings stand that are named as in a map.
    private static func positions(of keys: Set<String>, in folded: [String]) -> Set<Int> {
        guard !keys.isEmpty else { return [] }
        var seen: [String: Int] = [:]
        return Set(
            folded.indices.filter { position in
                let number = seen[folded[position], default: 0] + 1
                seen[folded[position]] = number
                return keys.contains(number == 1 ? folded[position] : "\(folded[position])#\(number)")
            })
    }

    /// Why two columns of one meaning cannot be read, and what to write instead.
    private static func twice(
        _ column: Column, _ texts: [String], _ folded: [String], _ first: Int, _ second: Int
    ) -> String {
        let name = column.rawValue
        if folded[first] == folded[second] {
            return "two columns are read as \(name), the second is \"\(texts[second])\" again: "
                + "take the first with --map \"\(texts[first])=\(name)\" or the second with --map \"\(texts[second])#2=\(name)\""
        }
        return "two columns are read as \(name), the second is \"\(texts[second])\": say which with "
            + "--map \"\(texts[first])=\(name)\" or --map \"\(texts[second])=\(name)\""
    }

    /// A complement stands above the street (NF Z10-011, line 3), also where the street's column is headed `Adresse`.
    private static func placeComplement(_ found: inout [Column: Int], _ folded: [String]) {
        // The second of two complements is below the first.
        if let second = found[.address2], folded[second].hasPrefix("compl"), let first = found[.address3],
            folded[first].hasPrefix("compl")
        {
            (found[.address2], found[.address3]) = (first, second)
        }
        guard let complement = found[.address3], folded[complement].hasPrefix("compl"), found[.address4] == nil,
            let street = found[.address1], !folded[street].hasSuffix("1")
        else { return }
        found[.address1] = nil
        found[.address4] = street
    }

    /// The heading of a column; the column's own name where the roll does not have it.
    /// - Parameter column: any, also one that is not read.
    func text(_ column: Column) -> String { index[column].map { texts[$0] } ?? column.rawValue }

    /// How many of the columns that every roll needs are among these headings.
    static func needed(_ texts: [String], map: [String: Column]) -> Int {
        let columns = Set(texts.prefix(RollLimits.columns).compactMap { Column.named($0, map: map) })
        return needed.filter(columns.contains).count
    }

    /// Whether a row looks like a roll's headings, also where some of them are not known: another college's sheet that heads its
    /// columns in its own way is a roll all the same.
    static func isLikely(_ texts: [String], map: [String: Column]) -> Bool {
        let columns = Set(texts.prefix(RollLimits.columns).compactMap { Column.named($0, map: map) })
        let needed = needed.filter(columns.contains).count
        return needed >= 2 || needed >= 1 && columns.count >= 3
    }

    /// Bytes by which a heading may differ from its repetition: accents that one of them lacks.
    private static let mostMarks = 8

    /// Whether two texts may be one but for case and accents, by a byte at either end: plain letters and digits are told at once.
    private static func mayBeAlike(_ one: UInt8, _ other: UInt8) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool { 97...122 ~= byte | 32 && byte < 0x80 || 48...57 ~= byte }
        return !isPlain(one) || !isPlain(other) || one | 32 == other | 32
    }

    /// Whether a row repeats the headings, as printed lists do on every page.
    /// - Parameter fields: of a row below the headings.
    func areRepeated(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        for column in RollHeadings.needed {
            guard let position = index[column], position < fields.ranges.count else { return false }
            guard let range = SheetColumns.cell(bytes, fields.ranges[position]), range.count <= 4 * RollLimits.shown
            else {
                return false
            }
            // Nearly every row is told by its length; blanks, case and accents are nobody's name.
            let heading = Invisible.trimmed(texts[position])
            guard abs(range.count - heading.utf8.count) <= RollHeadings.mostMarks,
                RollHeadings.mayBeAlike(bytes[range.lowerBound], heading.utf8.first ?? 0),
                RollHeadings.mayBeAlike(bytes[range.upperBound - 1], heading.utf8.last ?? 0)
            else { return false }
            guard Column.fold(String(decoding: range.map { bytes[$0] }, as: UTF8.self)) == Column.fold(heading) else {
                return false
            }
        }
        return true
    }
}
