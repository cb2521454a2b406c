/// Looks for the headings in the first rows of a table: titles and notes may stand above them.
struct HeadingSearch {
    /// Rows looked at so far.
    private var rows = 0
    /// What was wrong with the first row: that is said where no headings are found.
    private(set) var firstError: RollFileError?
    /// Whether an error was thrown that stands, whatever the rest of the file is.
    private(set) var isDecided = false

    /// The headings, when a row is them; nil when the next row must be looked at.
    /// - Throws: when the row is headings that something is wrong with, or too many rows were no headings.
    mutating func take(
        _ bytes: Span<UInt8>, _ fields: RowFields, options: ImportOptions, file: String, isSheet: Bool
    ) throws(RollFileError) -> RollHeadings? {
        rows += 1
        let map = options.map
        do throws(RollFileError) {
            return try RollHeadings(bytes, fields, map: map, unread: options.unread, file: file, isSheet: isSheet)
        } catch {
            let texts = fields.ranges.prefix(RollLimits.columns).map { range in
                String(decoding: range.prefix(RollLimits.shown).map { bytes[$0] }, as: UTF8.self)
            }
            // Headings that something is wrong with, not a title.
            let needed = RollHeadings.needed(texts, map: map)
            let areHeadings =
                needed >= 2 || needed == 1 && RollHeadings.holdWholeName(texts) || error.isDecided
            if firstError == nil || error.isAboutHeadings && firstError?.isAboutHeadings == false { firstError = error }
            if areHeadings || rows >= RollLimits.headingRows {
                isDecided = true
                throw areHeadings ? error : firstError ?? error
            }
            return nil
        }
    }
}
