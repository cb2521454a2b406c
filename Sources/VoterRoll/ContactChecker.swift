import Contacts
import Inputs

/// Mail address and telephone number.
extension RowChecker {
    /// Reads mail, address and number; false when the row is refused for one of them.
    mutating func contacts(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = optional(.email, bytes, fields), !mail(bytes, range, fields, &row, &batch) { isGood = false }
        let country = optional(.country, bytes, fields)
        // First, because a country may stand in the address alone.
        if !address(bytes, country, fields, &row, &batch) { isGood = false }
        if let range = optional(.phone, bytes, fields) {
            if phone(bytes, range, country, fields, &row, &batch) {
                if !row.isMobile || PhonePlan.isLandline(batch.plain[row.phone.range]) {
                    preferMobile(bytes, range, country, fields, &row, &batch)
                }
            } else {
                isGood = false
            }
        }
        return isGood
    }

    /// Reads the mail address; false when it is refused.
    private mutating func mail(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        do throws(EmailAddress.Fault) {
            row.mail = try batch.slice { plain throws(EmailAddress.Fault) in
                try EmailAddress.normalise(bytes.extracting(EmailAddress.bare(bytes, range)), onto: &plain)
            }
            return true
        } catch {
            let given = range.map { bytes[$0] }
            let reason = Invisible.fault(given, allowingSpaces: false) ?? Mojibake.fault(given) ?? error.reason
            fault(.email, bytes, range, fields, error == .several ? error.reason : reason)
            return false
        }
    }

    /// What a note on a number may lead to.
    private static func weight(_ note: PhoneNumber.Notes) -> RollFault.Weight {
        PhoneNumber.Notes.doubtful.contains(note) ? .wrongPerson : .detail
    }

    /// Reads the number, as one of the row's country where it has no `+`; false when it is refused.
    private mutating func phone(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ country: Range<Int>?, _ fields: RowFields, _ row: inout RollRow,
        _ batch: inout RowBuffer
    ) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        do throws(PhoneNumber.Fault) {
            try PhoneSpelling.append(bytes, range, onto: &scratch)
            let text = scratch
            let home = home(bytes, country)
            var notes: PhoneNumber.Notes = []
            var mobile = false
            row.phone = try batch.slice { plain throws(PhoneNumber.Fault) in
                let reading = try PhoneNumber.normalise(text.span, home: home, mends: true, onto: &plain)
                (mobile, notes) = (reading.isMobile, reading.notes)
            }
            row.isMobile = mobile
            if PhoneSpelling.isNegative(bytes, range) {
                warn(
                    .phone, bytes, range, fields, "is a negative number, read without its sign: check it", .wrongPerson)
            }
            if !notes.isEmpty {
                for told in notes.told {
                    warn(.phone, bytes, range, fields, told.reason, RowChecker.weight(told.note))
                }
            }
            return true
        } catch {
            let hidden = Invisible.fault(range.map { bytes[$0] }, allowingSpaces: true)
            let isNegative = PhoneSpelling.isNegative(bytes, range)
            fault(
                .phone, bytes, range, fields,
                isNegative
                    ? "is a negative number and no telephone number: write it again, in a column that is formatted as text"
                    : hidden ?? error.reason)
            return false
        }
    }

    /// A landline in the column that comes first gives way to a mobile in another column of numbers: an SMS must reach somebody.
    private mutating func preferMobile(
        _ bytes: Span<UInt8>, _ first: Range<Int>, _ country: Range<Int>?, _ fields: RowFields, _ row: inout RollRow,
        _ batch: inout RowBuffer
    ) {
        for position in fallbacks[Column.phone.ordinal] where position < fields.ranges.count {
            guard let range = RowChecker.cell(bytes, fields.ranges[position]), range != first else { continue }
            scratch.removeAll(keepingCapacity: true)
            let home = home(bytes, country)
            var notes: PhoneNumber.Notes = []
            let start = batch.plain.count
            do throws(PhoneNumber.Fault) {
                try PhoneSpelling.append(bytes, range, onto: &scratch)
                let text = scratch
                let reading = try PhoneNumber.normalise(text.span, home: home, mends: true, onto: &batch.plain)
                notes = reading.notes
                guard reading.isMobile, !PhonePlan.isLandline(batch.plain[start...]) else {
                    batch.plain.removeLast(batch.plain.count - start)
                    continue
                }
            } catch {
                // What is no number does not take the place of one.
                continue
            }
            row.phone = Slice(start: start, count: batch.plain.count - start)
            row.isMobile = true
            warn(.phone, bytes, first, fields, "is a landline: the mobile of the column \(headings[position]) is used")
            for told in notes.told {
                warn(at: position, bytes, range, fields, told.reason, RowChecker.weight(told.note))
            }
            return
        }
    }

    /// Where a row's numbers without + are at home: in its country, wherever that stands.
    private mutating func home(_ bytes: Span<UInt8>, _ country: Range<Int>?) -> PhoneNumber.Home {
        guard let country else {
            guard !countryInLines.isEmpty else { return .france }
            let name = String(decoding: countryInLines, as: UTF8.self)
            return Countries.home(Countries.regions[Folding.plain(name)], name: name)
        }
        // The countries nearly every row has are known by their bytes; the rest is looked at.
        let region = countries.meaning(bytes, country).map { String(decoding: $0, as: UTF8.self) }
        return Countries.home(region, name: String(decoding: country.map { bytes[$0] }, as: UTF8.self))
    }
}
