import Inputs

/// Errors of formulas as cells hold them.
enum SheetErrors {
    /// What spreadsheets write into a cell whose formula fails, in English and French: of `#N/A` too nobody knows what should stand
    /// there, unlike of an `N/A` that somebody typed.
    private static let words: Set<String> = [
        "#N/A", "#N/D", "#REF!", "#NAME?", "#NOM?", "#VALUE!", "#VALEUR!", "#DIV/0!", "#NULL!", "#NUL!", "#NUM!",
        "#NOMBRE!", "#SPILL!",
        "#PROPAGATION!", "#CALC!", "#CALCUL!", "#FIELD!", "#CHAMP!", "#GETTING_DATA", "#BLOCKED!", "#UNKNOWN!",
        "#ERROR!",
    ]

    /// Whether a text in capitals is such an error, or the marks of a number that its column is too narrow for.
    static func contain(_ text: String) -> Bool {
        words.contains(text) || text.allSatisfy { $0 == "#" } && text.count >= 3 || isNumbered(text)
    }

    /// Whether a text is an error of LibreOffice: `Err:502`, in French `Erreur :502`.
    private static func isNumbered(_ text: String) -> Bool {
        guard text.hasPrefix("ERR"), let colon = text.firstIndex(of: ":"),
            ["ERR", "ERREUR"].contains(Invisible.trimmed(String(text[..<colon])))
        else { return false }
        let number = Invisible.trimmed(String(text[text.index(after: colon)...]))
        return number.utf8.count == 3 && number.utf8.allSatisfy { 48...57 ~= $0 }
    }

    /// Bytes of the longest error.
    static let longest = 20

    /// Why a long number of a sheet is another than what was typed.
    static let tooLong =
        "is a number of more than fifteen digits, whose last ones a spreadsheet loses: format the column as text"
}
