import Elections
import Inputs

/// Checks language, channel and the answer to the election's question, and tells of voters whom nothing reaches.
struct PreferenceChecker {
    /// Where the columns stand, and who is told.
    let sheet: SheetColumns
    /// Whose languages and question rows must fit.
    private let election: Election
    /// The election's first language, for rows that name none.
    private let standardLanguage: [UInt8]
    /// Of the voter's messages.
    private var languages = Synonyms.languages
    /// By which the voter would rather be written to.
    private var channels = Synonyms.channels

    /// - Parameter sheet: where the columns stand, and who is told.
    init(_ sheet: SheetColumns, _ election: Election) {
        (self.sheet, self.election) = (sheet, election)
        standardLanguage = Array((election.languages.first ?? .fr).rawValue.utf8)
    }

    /// Reads language, channel and answer, and warns of a voter who cannot be reached; false when the row is refused.
    mutating func check(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        var language = standardLanguage
        if let range = sheet.optional(.language, bytes, fields) {
            if let meaning = languages.meaning(bytes, range) {
                if election.speaks(meaning) {
                    language = meaning
                } else {
                    let first = String(decoding: standardLanguage, as: UTF8.self)
                    sheet.warn(
                        .language, bytes, range, fields, "is no language of this election, which writes in \(first)")
                }
            } else {
                sheet.fault(
                    .language, bytes, range, fields,
                    sheet.hidden(bytes, range) ?? "is no language of this election (\(election.languageNames))")
                isGood = false
            }
        }
        row.language = batch.slice { $0.append(contentsOf: language) }
        if let range = sheet.optional(.channel, bytes, fields) {
            if let meaning = channels.meaning(bytes, range) {
                row.channel = batch.slice { $0.append(contentsOf: meaning) }
                checkReach(meaning, bytes, range, fields, row)
            } else {
                sheet.fault(
                    .channel, bytes, range, fields, sheet.hidden(bytes, range) ?? "is no channel (email, sms, letter)")
                isGood = false
            }
        }
        if row.mail.isAbsent, row.phone.isAbsent || !row.isMobile, row.address.isAbsent {
            sheet.warn(
                .email, bytes, nil, fields, "the voter has no mail, mobile number or address and cannot be reached",
                .unreachable)
        }
        return challenge(bytes, fields, &row, &batch) && isGood
    }

    /// Warns where the preferred channel has no contact.
    private func checkReach(
        _ channel: [UInt8], _ bytes: Span<UInt8>, _ range: Range<Int>, _ fields: RowFields, _ row: RollRow
    ) {
        let reached =
            switch channel.first {
            case UInt8(ascii: "e"): !row.mail.isAbsent
            case UInt8(ascii: "s"): !row.phone.isAbsent && row.isMobile
            default: !row.address.isAbsent
            }
        if !reached {
            sheet.warn(.channel, bytes, range, fields, "is preferred, but the row has no contact for it", .unreachable)
        }
    }

    /// Reads the answer to the election's question; false when the row is refused for it. Faults never show it.
    private func challenge(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        guard let range = sheet.value(.challenge, bytes, fields) else {
            guard election.access.challenge != nil else { return true }
            sheet.fault(.challenge, bytes, nil, fields, "is missing: the election asks every voter for it")
            return false
        }
        let answer = range.map { bytes[$0] }
        // What stands before it is part of a secret, and is not shown.
        let hidden =
            Invisible.fault(answer, allowingSpaces: true) == nil ? nil : "holds an invisible character: delete it"
        if let reason = hidden ?? Challenge.refusal(answer) {
            sheet.fault(.challenge, bytes, 0..<0, fields, reason)
            return false
        }
        row.challenge = batch.slice { $0.append(contentsOf: answer) }
        return true
    }
}
