/// Fields of CSV files that people open in spreadsheets.
package enum SpreadsheetField {
    /// Quoted where needed; what a spreadsheet would take for a formula gets an apostrophe before it. A mark alone is none.
    package static func quoted(_ text: String) -> String {
        var field = text
        if let first = field.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first),
            field.unicodeScalars.dropFirst().first != nil
        {
            field = "'" + field
        }
        guard field.contains(where: { ";,\"\n\r\t".contains($0) || $0.isNewline }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
