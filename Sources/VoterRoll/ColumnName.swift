/// Columns as spreadsheets name them.
enum ColumnName {
    /// `A` for 0, `AB` for 27.
    static func of(_ position: Int) -> String {
        let last = String(Unicode.Scalar(UInt8(65 + position % 26)))
        return position < 26 ? last : of(position / 26 - 1) + last
    }
}
