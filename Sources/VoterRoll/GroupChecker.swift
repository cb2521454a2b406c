import Elections

/// Checks college, site and weight.
struct GroupChecker {
    /// Where the columns stand, and who is told.
    let sheet: SheetColumns
    /// Whose colleges and sites rows must name.
    private let election: Election
    /// By key and by title in both languages.
    private var colleges: Synonyms
    /// By key and by title in both languages.
    private var sites: Synonyms
    /// The college of voters whose row names none: the only one, or the one after which the sheet is named.
    private let standardCollege: [UInt8]?

    /// - Parameters:
    ///   - sheet: where the columns stand, and who is told.
    ///   - name: of the sheet that is read; empty for text.
    init(_ sheet: SheetColumns, _ election: Election, sheetName name: String) {
        (self.sheet, self.election) = (sheet, election)
        colleges = Synonyms(election.colleges.mapValues { [$0.fr, $0.en] })
        sites = Synonyms(election.sites.mapValues { [$0.fr, $0.en] })
        let name = Array(name.utf8)
        standardCollege =
            colleges.meaning(name.span, name.indices)
            ?? (election.colleges.count == 1 ? election.colleges.keys.first.map { Array($0.utf8) } : nil)
    }

    /// Reads college, site and weight; false when the row is refused for one of them.
    mutating func check(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = sheet.value(.college, bytes, fields) {
            if let meaning = colleges.meaning(bytes, range) {
                row.college = batch.slice { $0.append(contentsOf: meaning) }
            } else {
                sheet.fault(
                    .college, bytes, range, fields,
                    sheet.hidden(bytes, range) ?? "is no college of this election (\(listed(election.colleges)))")
                isGood = false
            }
        } else if let college = standardCollege {
            row.college = batch.slice { $0.append(contentsOf: college) }
        } else {
            sheet.fault(
                .college, bytes, nil, fields, "is missing: the election has several (\(listed(election.colleges)))")
            isGood = false
        }
        if let range = sheet.optional(.site, bytes, fields) {
            if let meaning = sites.meaning(bytes, range) {
                row.site = batch.slice { $0.append(contentsOf: meaning) }
            } else {
                sheet.fault(
                    .site, bytes, range, fields,
                    sheet.hidden(bytes, range) ?? "is no site of this election (\(listed(election.sites)))")
                isGood = false
            }
        } else if election.ballots.contains(where: { !$0.sites.isEmpty }) {
            sheet.fault(
                .site, bytes, nil, fields,
                "is missing: ballots of this election depend on it (\(listed(election.sites)))")
            isGood = false
        }
        if let range = sheet.optional(.weight, bytes, fields) {
            if let weight = Weight.read(bytes, range) {
                row.weight = weight
            } else {
                sheet.fault(
                    .weight, bytes, range, fields,
                    sheet.hidden(bytes, range) ?? "is no weight: a whole number from 1 to \(Weight.heaviest)")
                isGood = false
            }
        }
        return isGood
    }

    /// The keys of colleges or sites, for a fault to list.
    private func listed(_ names: [String: LocalText]) -> String { names.keys.sorted().joined(separator: ", ") }
}
