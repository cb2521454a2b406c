import Contacts
import Inputs

/// Checks mail address and telephone number.
struct ContactChecker {
    /// Where the columns stand, and who is told.
    let sheet: SheetColumns
    /// Room for the number that is looked at.
    private var scratch: [UInt8] = []

    /// - Parameter sheet: where the columns stand, and who is told.
    init(sheet: SheetColumns) { self.sheet = sheet }

    /// Reads the mail address; false when it is refused.
    func mail(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        guard let range = sheet.optional(.email, bytes, fields) else { return true }
        do throws(EmailAddress.Fault) {
            row.mail = try batch.slice { plain throws(EmailAddress.Fault) in
                try EmailAddress.normalise(bytes.extracting(EmailAddress.bare(bytes, range)), onto: &plain)
            }
            return true
        } catch {
            let given = range.map { bytes[$0] }
            let reason = Invisible.fault(given, allowingSpaces: false) ?? Mojibake.fault(given) ?? error.reason
            sheet.fault(.email, bytes, range, fields, error == .several ? error.reason : reason)
            return false
        }
    }

    /// What a note on a number may lead to.
    private static func weight(_ note: PhoneNumber.Notes) -> RollFault.Weight {
        PhoneNumber.Notes.doubtful.contains(note) ? .wrongPerson : .detail
    }

    /// Reads the number, as one of its home where it has no `+`, and a mobile of another column in place of a landline; false when
    /// it is refused.
    mutating func phone(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ fields: RowFields, _ home: PhoneNumber.Home, _ row: inout RollRow,
        _ batch: inout RowBuffer
    ) -> Bool {
        guard number(bytes, range, fields, home, &row, &batch) else { return false }
        if !row.isMobile || PhonePlan.isLandline(batch.plain[row.phone.range]) {
            preferMobile(bytes, range, fields, home, &row, &batch)
        }
        return true
    }

    /// Reads the number; false when it is refused.
    private mutating func number(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ fields: RowFields, _ home: PhoneNumber.Home, _ row: inout RollRow,
        _ batch: inout RowBuffer
    ) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        do throws(PhoneNumber.Fault) {
            try PhoneSpelling.append(bytes, range, onto: &scratch)
            let text = scratch
            var notes: PhoneNumber.Notes = []
            var mobile = false
            row.phone = try batch.slice { plain throws(PhoneNumber.Fault) in
                let reading = try PhoneNumber.normalise(text.span, home: home, mends: true, onto: &plain)
                (mobile, notes) = (reading.isMobile, reading.notes)
            }
            row.isMobile = mobile
            if PhoneSpelling.isNegative(bytes, range) {
                sheet.warn(
                    .phone, bytes, range, fields, "is a negative number, read without its sign: check it", .wrongPerson)
            }
            if !notes.isEmpty {
                for told in notes.told {
                    sheet.warn(.phone, bytes, range, fields, told.reason, ContactChecker.weight(told.note))
                }
            }
            return true
        } catch {
            let hidden = Invisible.fault(range.map { bytes[$0] }, allowingSpaces: true)
            let isNegative = PhoneSpelling.isNegative(bytes, range)
            sheet.fault(
                .phone, bytes, range, fields,
                isNegative
                    ? "is a negative number and no telephone number: write it again, in a column that is formatted as text"
                    : hidden ?? error.reason)
            return false
        }
    }

    /// A landline in the column that comes first gives way to a mobile in another column of numbers: an SMS must reach somebody.
    private mutating func preferMobile(
        _ bytes: Span<UInt8>, _ first: Range<Int>, _ fields: RowFields, _ home: PhoneNumber.Home, _ row: inout RollRow,
        _ batch: inout RowBuffer
    ) {
        for position in sheet.fallbacks(.phone) where position < fields.ranges.count {
            guard let range = SheetColumns.cell(bytes, fields.ranges[position]), range != first else { continue }
            scratch.removeAll(keepingCapacity: true)
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
            sheet.warn(
                .phone, bytes, first, fields,
                "is a landline: the mobile of the column \(sheet.headings[position]) is used")
            for told in notes.told {
                sheet.warn(at: position, bytes, range, fields, told.reason, ContactChecker.weight(told.note))
            }
            return
        }
    }
}
