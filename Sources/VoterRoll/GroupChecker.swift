import Elections
import Inputs

/// College, site, weight; language, channel and the answer to the election's question.
extension RowChecker {
    /// Reads college, site and weight; false when the row is refused for one of them.
    mutating func groups(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = value(.college, bytes, fields) {
            if let meaning = colleges.meaning(bytes, range) {
                row.college = batch.slice { $0.append(contentsOf: meaning) }
            } else {
                fault(
                    .college, bytes, range, fields,
                    hidden(bytes, range) ?? "is no college of this election (\(listed(election.colleges)))")
                isGood = false
            }
        } else if let college = standardCollege {
            row.college = batch.slice { $0.append(contentsOf: college) }
        } else {
            fault(.college, bytes, nil, fields, "is missing: the election has several (\(listed(election.colleges)))")
            isGood = false
        }
        if let range = optional(.site, bytes, fields) {
            if let meaning = sites.meaning(bytes, range) {
                row.site = batch.slice { $0.append(contentsOf: meaning) }
            } else {
                fault(
                    .site, bytes, range, fields,
                    hidden(bytes, range) ?? "is no site of this election (\(listed(election.sites)))")
                isGood = false
            }
        } else if election.ballots.contains(where: { !$0.sites.isEmpty }) {
            fault(
                .site, bytes, nil, fields,
                "is missing: ballots of this election depend on it (\(listed(election.sites)))")
            isGood = false
        }
        if let range = optional(.weight, bytes, fields) {
            if let weight = Weight.read(bytes, range) {
                row.weight = weight
            } else {
                fault(
                    .weight, bytes, range, fields,
                    hidden(bytes, range) ?? "is no weight: a whole number from 1 to \(RowChecker.heaviest)")
                isGood = false
            }
        }
        return isGood
    }

    /// The keys of colleges or sites, for a fault to list.
    private func listed(_ names: [String: LocalText]) -> String { names.keys.sorted().joined(separator: ", ") }

    /// An invisible character is why a word is not known, where there is one.
    private func hidden(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
        Invisible.fault(range.map { bytes[$0] }, allowingSpaces: true)
    }

    /// Reads language, channel and answer, and warns of a voter who cannot be reached; false when the row is refused.
    mutating func preferences(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        var language = standardLanguage
        if let range = optional(.language, bytes, fields) {
            if let meaning = languages.meaning(bytes, range) {
                if election.speaks(meaning) {
                    language = meaning
                } else {
                    let first = String(decoding: standardLanguage, as: UTF8.self)
                    warn(
                        .language, bytes, range, fields, "is no language of this election, which writes in \(first)")
                }
            } else {
                fault(
                    .language, bytes, range, fields,
                    hidden(bytes, range) ?? "is no language of this election (\(election.languageNames))")
                isGood = false
            }
        }
        row.language = batch.slice { $0.append(contentsOf: language) }
        if let range = optional(.channel, bytes, fields) {
            if let meaning = channels.meaning(bytes, range) {
                row.channel = batch.slice { $0.append(contentsOf: meaning) }
                checkReach(meaning, bytes, range, fields, row)
            } else {
                fault(.channel, bytes, range, fields, hidden(bytes, range) ?? "is no channel (email, sms, letter)")
                isGood = false
            }
        }
        if row.mail.isAbsent, row.phone.isAbsent || !row.isMobile, row.address.isAbsent {
            warn(
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
            warn(.channel, bytes, range, fields, "is preferred, but the row has no contact for it", .unreachable)
        }
    }

    /// Reads the answer to the election's question; false when the row is refused for it. Faults never show it.
    private mutating func challenge(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        guard let range = value(.challenge, bytes, fields) else {
            guard election.access.challenge != nil else { return true }
            fault(.challenge, bytes, nil, fields, "is missing: the election asks every voter for it")
            return false
        }
        let answer = range.map { bytes[$0] }
        // What stands before it is part of a secret, and is not shown.
        let hidden =
            Invisible.fault(answer, allowingSpaces: true) == nil ? nil : "holds an invisible character: delete it"
        if let reason = hidden ?? Challenge.refusal(answer) {
            fault(.challenge, bytes, 0..<0, fields, reason)
            return false
        }
        row.challenge = batch.slice { $0.append(contentsOf: answer) }
        return true
    }
}
