import Contacts
import Crypto
import Elections
import Foundation
import Inputs

/// Checks rows one by one and writes their normal forms into a batch. Every fault names line, column, value and reason.
struct RowChecker {
    private let election: Election
    private let report: RollReport
    private let headings: [String]
    /// Where each column stands, by its ordinal; -1 when the roll has no such column.
    private let positions: [Int]
    private let addressColumns: [Int]
    private let isDelimited: Bool
    private let standardLanguage: [UInt8]
    private var civilities = Vocabulary.civilities
    private var languages = Vocabulary([
        "fr": ["francais", "french", "fra", "fre"], "en": ["anglais", "english", "eng"],
    ])
    private var channels = Vocabulary([
        "email": ["mail", "courriel", "e-mail"], "sms": ["mobile", "texto", "portable", "telephone"],
        "letter": ["courrier", "lettre", "postal", "poste", "post", "mail postal"],
    ])
    /// The countries nearly every address has, without a look into the long list.
    private var countries = Vocabulary(["france": ["FR", "FRA"]])
    private var colleges: Vocabulary
    private var sites: Vocabulary
    private var scratch: [UInt8] = []
    private var fonts = RollFonts()
    /// Whether a row was refused: from then on references are looked up among those of refused rows.
    private var hasRefused = false

    /// Characters of a reference; far beyond real ones, and short enough for every column of a page.
    private static let longestReference = 64
    /// A voter's weight: counted votes must stay exact.
    static let heaviest = 1_000_000

    init(
        election: Election, headings: [String], index: [Column: Int], isDelimited: Bool, report: RollReport
    ) {
        self.election = election
        self.report = report
        self.headings = headings
        positions = Column.allCases.map { index[$0] ?? -1 }
        self.isDelimited = isDelimited
        addressColumns = [Column.address1, .address2, .address3, .address4, .address5, .address6].compactMap {
            index[$0]
        }
        standardLanguage = Array((election.languages.first ?? .fr).rawValue.utf8)
        colleges = Vocabulary(election.colleges.mapValues { [$0.fr, $0.en] })
        sites = Vocabulary(election.sites.mapValues { [$0.fr, $0.en] })
    }

    /// Checks one row; false when it was refused.
    mutating func check(_ bytes: Span<UInt8>, _ fields: RowFields, into batch: inout RowBuffer) -> Bool {
        let start = batch.plain.count
        var row = RollRow()
        row.line = fields.line
        guard hasRightWidth(fields) else {
            // What stands in which column is unknown, so that further faults would mislead, and the reference too.
            report.refuse(nil, line: fields.line)
            return false
        }
        guard hasSoundCells(bytes, fields) else {
            report.refuse(nil, line: fields.line)
            return false
        }
        var isGood = reference(bytes, fields, &row, &batch)
        isGood = names(bytes, fields, &row, &batch) && isGood
        isGood = contacts(bytes, fields, &row, &batch) && isGood
        isGood = groups(bytes, fields, &row, &batch) && isGood
        isGood = preferences(bytes, fields, &row, &batch) && isGood
        if hasRefused, !row.reference.isAbsent,
            let line = report.refusedLine(Folding.hash(batch.plain.span.extracting(row.reference.range)))
        {
            fault(.reference, bytes, value(.reference, bytes, fields), fields, "is used twice: first on line \(line)")
            isGood = false
        }
        guard isGood else {
            let reference =
                row.reference.isAbsent ? nil : Folding.hash(batch.plain.span.extracting(row.reference.range))
            report.refuse(reference, line: fields.line)
            hasRefused = true
            batch.plain.removeLast(batch.plain.count - start)
            return false
        }
        batch.rows.append(row)
        return true
    }

    // MARK: Fields

    /// Where the trimmed value of a column lies; nil when the roll has no such column or the field is empty.
    private func value(_ column: Column, _ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int>? {
        let position = positions[column.ordinal]
        guard position >= 0, position < fields.ranges.count else { return nil }
        return trimmed(bytes, fields.ranges[position])
    }

    private func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, bytes[low] <= 32 || isNoBreakSpace(bytes, low, high) { low += bytes[low] == 0xC2 ? 2 : 1 }
        while low < high, bytes[high - 1] <= 32 || high - low >= 2 && isNoBreakSpace(bytes, high - 2, high) {
            high -= bytes[high - 1] == 0xA0 ? 2 : 1
        }
        return low < high ? low..<high : nil
    }

    private func isNoBreakSpace(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> Bool {
        at + 1 < end && bytes[at] == 0xC2 && bytes[at + 1] == 0xA0
    }

    private func fault(
        _ column: Column, _ bytes: Span<UInt8>, _ range: Range<Int>?, _ fields: RowFields, _ reason: String
    ) {
        report.fault(finding(column, bytes, range, fields, reason))
    }

    private func warn(
        _ column: Column, _ bytes: Span<UInt8>, _ range: Range<Int>?, _ fields: RowFields, _ reason: String
    ) {
        report.warn(finding(column, bytes, range, fields, reason))
    }

    private func finding(
        _ column: Column, _ bytes: Span<UInt8>, _ range: Range<Int>?, _ fields: RowFields, _ reason: String
    ) -> RollFault {
        RollFault(line: fields.line, column: heading(column), value: shown(bytes, range ?? 0..<0), reason: reason)
    }

    /// The beginning of a value, as a fault shows it.
    private func shown(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        let value = range.prefix(RollLimits.shown).map { bytes[$0] }
        // Marks that pile up would be text work of whoever shows them.
        if let at = TextLimit.marksAt(value) { return String(decoding: value[..<max(0, at - 100)], as: UTF8.self) }
        return String(decoding: value, as: UTF8.self)
    }

    /// Whether every cell that is read may be looked at: before anything is made of it.
    private func hasSoundCells(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        guard let first = fields.ranges.first, let last = fields.ranges.last else { return true }
        // Nearly every row is short and holds no mark: one look at its bytes is enough.
        let whole = first.lowerBound..<last.upperBound
        if whole.count <= RollLimits.cell.scalars, hasNoMark(bytes, whole) { return true }
        var isSound = true
        for column in Column.allCases {
            guard let range = value(column, bytes, fields) else { continue }
            switch RollLimits.cell.fault(bytes: range.map { bytes[$0] }) {
            case nil: continue
            case .tooLong:
                fault(column, bytes, range, fields, "is longer than \(RollLimits.cell.scalars) characters")
            case .marks:
                fault(column, bytes, range, fields, "piles up more than \(TextLimit.mostMarks) combining marks")
            }
            isSound = false
        }
        return isSound
    }

    /// Whether no byte of a combining mark stands in a range, as in nearly every cell.
    private func hasNoMark(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index] >= 0xCC { return false }
        return true
    }

    private func heading(_ column: Column) -> String {
        let position = positions[column.ordinal]
        return position >= 0 ? headings[position] : column.rawValue
    }

    private func hasRightWidth(_ fields: RowFields) -> Bool {
        guard isDelimited, fields.ranges.count != headings.count else { return true }
        report.fault(
            RollFault(
                line: fields.line, column: "", value: "",
                reason: "has \(fields.ranges.count) fields where the headings have \(headings.count): "
                    + "a separator inside a value wants quotes"))
        return false
    }

    // MARK: Who

    private mutating func reference(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        guard let range = value(.reference, bytes, fields) else {
            fault(.reference, bytes, nil, fields, "is missing: every voter needs a reference of their own")
            return false
        }
        guard range.count <= RowChecker.longestReference else {
            fault(.reference, bytes, range, fields, "is longer than \(RowChecker.longestReference) characters")
            return false
        }
        for index in range where !RowChecker.isReference(bytes[index], first: index == range.lowerBound) {
            fault(
                .reference, bytes, range, fields, "holds a character that no reference has (letters, digits, - _ . /)")
            return false
        }
        row.reference = batch.slice { $0.append(copying: bytes.extracting(range)) }
        return true
    }

    /// Why a text is no reference, in words that stand after it; nil when it is one.
    static func referenceFault(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        if bytes.isEmpty { return "is missing: every voter needs a reference of their own" }
        if bytes.count > longestReference { return "is longer than \(longestReference) characters" }
        let isSound = bytes.indices.allSatisfy { isReference(bytes[$0], first: $0 == 0) }
        return isSound ? nil : "holds a character that no reference has (letters, digits, - _ . /)"
    }

    private static func isReference(_ byte: UInt8, first: Bool) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 0x80...: true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), 32: !first
        default: false
        }
    }

    private mutating func names(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = value(.civility, bytes, fields) {
            if let meaning = civilities.meaning(bytes, range) {
                row.civility = batch.slice { $0.append(contentsOf: meaning) }
            } else {
                fault(.civility, bytes, range, fields, "is no civility (M., Mme, or empty)")
                isGood = false
            }
        }
        for column in [Column.lastName, .firstName] {
            guard let range = value(column, bytes, fields) else {
                fault(column, bytes, nil, fields, "is missing")
                isGood = false
                continue
            }
            let start = batch.plain.count
            if let reason = PersonName.append(bytes, range, onto: &batch.plain) {
                fault(column, bytes, range, fields, reason)
                isGood = false
            }
            if let reason = fonts.fault(batch.plain[start...]) { warn(column, bytes, range, fields, reason) }
            let slice = Slice(start: start, count: batch.plain.count - start)
            if column == .lastName { row.lastName = slice } else { row.firstName = slice }
        }
        return isGood
    }

    // MARK: Contacts

    private mutating func contacts(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = value(.email, bytes, fields) {
            do throws(EmailAddress.Fault) {
                row.mail = try batch.slice { plain throws(EmailAddress.Fault) in
                    try EmailAddress.normalise(bytes.extracting(range), onto: &plain)
                }
            } catch {
                fault(.email, bytes, range, fields, error.reason)
                isGood = false
            }
        }
        if let range = value(.phone, bytes, fields), !phone(bytes, range, fields, &row, &batch) { isGood = false }
        if !address(bytes, fields, &row, &batch) { isGood = false }
        return isGood
    }

    private mutating func phone(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        // Spreadsheets turn 0612345678 into the number 612345678.
        let lostZero = range.count == 9 && 49...57 ~= bytes[range.lowerBound]
        if lostZero { scratch.append(48) }
        scratch.append(copying: bytes.extracting(range))
        do throws(PhoneNumber.Fault) {
            let text = scratch
            var mobile = false
            row.phone = try batch.slice { plain throws(PhoneNumber.Fault) in
                mobile = try PhoneNumber.normalise(text.span, onto: &plain)
            }
            row.isMobile = mobile
            if lostZero { warn(.phone, bytes, range, fields, "had lost its leading zero, which was put back") }
            return true
        } catch {
            fault(.phone, bytes, range, fields, error.reason)
            return false
        }
    }

    private mutating func address(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        var lines: [Range<Int>] = []
        lines.reserveCapacity(8)
        for column in addressColumns where column < fields.ranges.count {
            if let range = trimmed(bytes, fields.ranges[column]) { lines.append(copied(bytes, range)) }
        }
        let postcode = value(.postcode, bytes, fields)
        let town = value(.town, bytes, fields)
        let country = countryField(bytes, fields)
        if postcode != nil || town != nil {
            lines.append(townLine(bytes, postcode, town, fields, isFrench: country.isEmpty))
        }
        guard !lines.isEmpty else { return true }
        if !namesRecipient(lines[0], row, &batch) { lines.insert(recipientLine(row, &batch), at: 0) }
        do throws(PostalAddress.Fault) {
            let text = scratch
            row.address = try batch.slice { plain throws(PostalAddress.Fault) in
                try PostalAddress.normalise(text.span, lines, country: country, onto: &plain)
            }
            return true
        } catch {
            let all = lines.map { String(decoding: scratch[$0], as: UTF8.self) }.joined(separator: " | ")
            report.fault(
                RollFault(
                    line: fields.line, column: addressColumns.first.map { headings[$0] } ?? "address", value: all,
                    reason: error.reason))
            return false
        }
    }

    private mutating func copied(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        let start = scratch.count
        scratch.append(copying: bytes.extracting(range))
        return start..<scratch.count
    }

    /// The country, which must not change the address by a typing error.
    private mutating func countryField(_ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int> {
        guard let range = value(.country, bytes, fields) else { return 0..<0 }
        if countries.meaning(bytes, range) == nil {
            let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
            if !Countries.contains(text) {
                warn(.country, bytes, range, fields, "is no country's name known here; it is printed as it stands")
            }
        }
        return copied(bytes, range)
    }

    /// `01000 BOURG EN BRESSE`, the zero put back that a spreadsheet dropped.
    private mutating func townLine(
        _ bytes: Span<UInt8>, _ postcode: Range<Int>?, _ town: Range<Int>?, _ fields: RowFields, isFrench: Bool
    ) -> Range<Int> {
        let start = scratch.count
        if let postcode {
            var digits = 0
            for index in postcode where 48...57 ~= bytes[index] { digits += 1 }
            if postcode.count == 4, digits == 4, isFrench {
                scratch.append(48)
                warn(.postcode, bytes, postcode, fields, "had lost its leading zero, which was put back")
            }
            scratch.append(copying: bytes.extracting(postcode))
            if town != nil { scratch.append(32) }
        }
        if let town { scratch.append(copying: bytes.extracting(town)) }
        return start..<scratch.count
    }

    /// Whether an address line holds the voter's family name already, in any case.
    private mutating func namesRecipient(_ line: Range<Int>, _ row: RollRow, _ batch: inout RowBuffer) -> Bool {
        let name = row.lastName.range
        guard !name.isEmpty else { return true }
        guard line.count >= name.count else { return false }
        var isASCII = true
        for start in line.lowerBound...line.upperBound - name.count {
            var matches = true
            for offset in 0..<name.count {
                let wanted = batch.plain[name.lowerBound + offset]
                let found = scratch[start + offset]
                if wanted >= 0x80 || found >= 0x80 { isASCII = false }
                guard wanted | 32 == found | 32 else {
                    matches = false
                    break
                }
            }
            if matches { return true }
        }
        guard !isASCII else { return false }
        let text = Folding.plain(String(decoding: scratch[line], as: UTF8.self))
        return text.contains(Folding.plain(String(decoding: batch.plain[name], as: UTF8.self)))
    }

    /// `Mme Jeanne DUPONT`, shortened to fit where the name is long.
    private mutating func recipientLine(_ row: RollRow, _ batch: inout RowBuffer) -> Range<Int> {
        let first = batch.plain[row.firstName.range]
        let start = scratch.count
        if !row.civility.isAbsent {
            let isMister = batch.plain[row.civility.start] == UInt8(ascii: "M")
            scratch.append(contentsOf: Array((isMister ? "M " : "Mme ").utf8))
        }
        if first.count + row.lastName.range.count > PostalAddress.longestLine - 6, let initial = first.first,
            initial < 0x80
        {
            scratch.append(initial)
        } else {
            scratch.append(contentsOf: first)
        }
        scratch.append(32)
        let last = batch.plain[row.lastName.range]
        if last.allSatisfy({ $0 < 0x80 }) {
            for byte in last { scratch.append(97...122 ~= byte ? byte - 32 : byte) }
        } else {
            scratch.append(contentsOf: Array(String(decoding: last, as: UTF8.self).uppercased().utf8))
        }
        return start..<scratch.count
    }

    // MARK: Groups and preferences

    private mutating func groups(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = value(.college, bytes, fields) {
            if let meaning = colleges.meaning(bytes, range) {
                row.college = batch.slice { $0.append(contentsOf: meaning) }
            } else {
                fault(.college, bytes, range, fields, "is no college of this election (\(listed(election.colleges)))")
                isGood = false
            }
        } else if election.colleges.count == 1, let only = election.colleges.keys.first {
            row.college = batch.slice { $0.append(contentsOf: Array(only.utf8)) }
        } else {
            fault(.college, bytes, nil, fields, "is missing: the election has several (\(listed(election.colleges)))")
            isGood = false
        }
        if let range = value(.site, bytes, fields) {
            if let meaning = sites.meaning(bytes, range) {
                row.site = batch.slice { $0.append(contentsOf: meaning) }
            } else {
                fault(.site, bytes, range, fields, "is no site of this election (\(listed(election.sites)))")
                isGood = false
            }
        } else if election.ballots.contains(where: { !$0.sites.isEmpty }) {
            fault(
                .site, bytes, nil, fields,
                "is missing: ballots of this election depend on it (\(listed(election.sites)))")
            isGood = false
        }
        if let range = value(.weight, bytes, fields) {
            let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
            if let weight = Int(text), 1...RowChecker.heaviest ~= weight {
                row.weight = weight
            } else {
                fault(.weight, bytes, range, fields, "is no weight: a whole number from 1 to \(RowChecker.heaviest)")
                isGood = false
            }
        }
        return isGood
    }

    private func listed(_ names: [String: LocalText]) -> String { names.keys.sorted().joined(separator: ", ") }

    private mutating func preferences(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        var language = standardLanguage
        if let range = value(.language, bytes, fields) {
            if let meaning = languages.meaning(bytes, range) {
                language = meaning
            } else {
                fault(.language, bytes, range, fields, "is no language of this election (fr, en)")
                isGood = false
            }
        }
        row.language = batch.slice { $0.append(contentsOf: language) }
        if let range = value(.channel, bytes, fields) {
            if let meaning = channels.meaning(bytes, range) {
                row.channel = batch.slice { $0.append(contentsOf: meaning) }
                checkReach(meaning, bytes, range, fields, row)
            } else {
                fault(.channel, bytes, range, fields, "is no channel (email, sms, letter)")
                isGood = false
            }
        }
        if row.mail.isAbsent, row.phone.isAbsent || !row.isMobile, row.address.isAbsent {
            warn(.email, bytes, nil, fields, "the voter has no mail, mobile number or address and cannot be reached")
        }
        return challenge(bytes, fields, &row, &batch) && isGood
    }

    private func checkReach(
        _ channel: [UInt8], _ bytes: Span<UInt8>, _ range: Range<Int>, _ fields: RowFields, _ row: RollRow
    ) {
        let reached =
            switch channel.first {
            case UInt8(ascii: "e"): !row.mail.isAbsent
            case UInt8(ascii: "s"): !row.phone.isAbsent && row.isMobile
            default: !row.address.isAbsent
            }
        if !reached { warn(.channel, bytes, range, fields, "is preferred, but the row has no contact for it") }
    }

    private mutating func challenge(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        guard let range = value(.challenge, bytes, fields) else {
            guard election.access.challenge != nil else { return true }
            fault(.challenge, bytes, nil, fields, "is missing: the election asks every voter for it")
            return false
        }
        let answer = range.map { bytes[$0] }
        if let reason = Challenge.refusal(answer) {
            fault(.challenge, bytes, 0..<0, fields, reason)
            return false
        }
        row.challenge = batch.slice { $0.append(contentsOf: answer) }
        return true
    }
}
