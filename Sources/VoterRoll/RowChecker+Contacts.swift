import Contacts
import Elections
import Inputs

/// Mail address and telephone number.
extension RowChecker {
    mutating func contacts(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = optional(.email, bytes, fields), !mail(bytes, range, fields, &row, &batch) { isGood = false }
        let country = optional(.country, bytes, fields)
        if let range = optional(.phone, bytes, fields), !phone(bytes, range, country, fields, &row, &batch) {
            isGood = false
        }
        if !address(bytes, country, fields, &row, &batch) { isGood = false }
        return isGood
    }

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
            if !notes.isEmpty { for reason in notes.reasons { warn(.phone, bytes, range, fields, reason) } }
            return true
        } catch {
            let hidden = Invisible.fault(range.map { bytes[$0] }, allowingSpaces: true)
            fault(.phone, bytes, range, fields, hidden ?? error.reason)
            return false
        }
    }

    /// Where a row's numbers without + are at home: in its country.
    private mutating func home(_ bytes: Span<UInt8>, _ country: Range<Int>?) -> PhoneNumber.Home {
        guard let country else { return .france }
        // The countries nearly every row has are known by their bytes; the rest is looked at.
        let region = countries.meaning(bytes, country).map { String(decoding: $0, as: UTF8.self) }
        return Countries.home(region, name: String(decoding: country.map { bytes[$0] }, as: UTF8.self))
    }
}

/// What spreadsheets and exports make of numbers.
enum PhoneSpelling {
    /// Appends the number as it was before: without the apostrophe that keeps a + from being a formula, and `3.36398E10` as its
    /// digits.
    static func append(
        _ bytes: Span<UInt8>, _ range: Range<Int>, onto out: inout [UInt8]
    ) throws(PhoneNumber.Fault) {
        var range = range
        if range.count > 1, bytes[range.lowerBound] == UInt8(ascii: "'") {
            range = range.lowerBound + 1..<range.upperBound
        }
        guard let letter = range.first(where: { bytes[$0] | 32 == UInt8(ascii: "e") }) else {
            out.append(copying: bytes.extracting(range))
            return
        }
        var digits: [UInt8] = []
        var fraction: Int?
        for index in range.lowerBound..<letter {
            switch bytes[index] {
            case 48...57: digits.append(bytes[index])
            case UInt8(ascii: "."), UInt8(ascii: ","):
                guard fraction == nil else { throw .character }
                fraction = digits.count
            default: throw .character
            }
        }
        let power = String(decoding: range[(letter + 1)...].map { bytes[$0] }, as: UTF8.self)
        guard let exponent = Int(power), !digits.isEmpty else { throw .character }
        let length = (fraction ?? digits.count) + exponent
        // Digits that are not written are lost: zeros in their place would be another person's number.
        guard digits.count == length else { throw .lostDigits }
        out.append(contentsOf: digits)
    }
}
