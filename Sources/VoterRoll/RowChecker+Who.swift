import Elections
import Inputs

/// Reference, civility and names.
extension RowChecker {
    mutating func reference(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        guard let range = value(.reference, bytes, fields) else {
            fault(.reference, bytes, nil, fields, Reference.missing)
            return false
        }
        let start = batch.plain.count
        if let reason = Reference.append(bytes, range, onto: &batch.plain) {
            fault(.reference, bytes, range, fields, reason)
            return false
        }
        row.reference = Slice(start: start, count: batch.plain.count - start)
        return true
    }

    mutating func names(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = optional(.civility, bytes, fields) {
            if let meaning = civilities.meaning(bytes, range) {
                row.civility = batch.slice { $0.append(contentsOf: meaning) }
            } else if vagueCivilities.meaning(bytes, range) != nil {
                warn(.civility, bytes, range, fields, "says neither Madame nor Monsieur, and is left out")
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
            let slice = Slice(start: start, count: batch.plain.count - start)
            if column == .lastName { row.lastName = slice } else { row.firstName = slice }
            if let reason = fonts.fault(batch.plain[slice.range]) { warn(column, bytes, range, fields, reason) }
            if let reason = PersonName.doubt(batch.plain[slice.range]) { warn(column, bytes, range, fields, reason) }
        }
        return isGood
    }
}
