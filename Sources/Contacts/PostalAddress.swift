/// A postal address of up to six lines and a country, in the form that NF Z10-011 asks for in the window of an
/// envelope: at most 38 characters a line, no punctuation from the fourth line on, the last lines in capitals.
package struct PostalAddress: Sendable, Hashable {
    /// NF Z10-011: lines, and characters on a line.
    package static let mostLines = 6
    package static let longestLine = 38

    /// The lines to print, top to bottom; the last is the country, in capitals, for addresses abroad.
    package let lines: [String]
    /// The five digits of a French postcode; nil abroad.
    package let postcode: String?

    /// Why an address cannot be printed, in words that stand after the value.
    package enum Fault: Error, Sendable, Equatable {
        case empty, longLine(Int), noTown, noPostcode, tooManyLines

        package var reason: String {
            switch self {
            case .empty: "is empty"
            case .longLine(let line):
                "is longer than the 38 characters of an address line (line \(line) of the address): shorten it"
            case .noTown: "has no town: the last line of an address abroad is its town"
            case .noPostcode: "must begin with a French postcode of five digits, then the town"
            case .tooManyLines: "makes more than the six lines of an address"
            }
        }
    }

    /// The country names that mean France, and so no country line.
    private static let france: Set<String> = ["", "FR", "FRA", "FRANCE", "RÉPUBLIQUE FRANÇAISE"]

    /// - Parameters:
    ///   - lines: the lines of the roll, the first the recipient's name; empty ones are left out.
    ///   - country: empty or any name of France for French addresses, overseas ones included.
    package init(lines raw: [String], country: String) throws(Fault) {
        var lines = raw.map(tidied).filter { !$0.isEmpty }
        guard lines.count >= 2 else { throw .empty }
        guard lines.count <= PostalAddress.mostLines else { throw .tooManyLines }
        let country = tidied(country).uppercased()
        let last = lines.count - 1
        for index in lines.indices {
            // Lines keep their place from the bottom: the town is line 6 whatever is missing above.
            let number = PostalAddress.mostLines - last + index
            if number >= 4 && index > 0 { lines[index] = withoutPunctuation(lines[index]).uppercased() }
            guard lines[index].count <= PostalAddress.longestLine else { throw .longLine(index + 1) }
        }
        if PostalAddress.france.contains(country) {
            guard let code = PostalAddress.leadingPostcode(lines[last]) else { throw .noPostcode }
            postcode = code
        } else {
            guard lines[last].contains(where: \.isLetter) else { throw .noTown }
            guard country.count <= PostalAddress.longestLine else { throw .longLine(lines.count + 1) }
            lines.append(withoutPunctuation(country))
            postcode = nil
        }
        self.lines = lines
    }

    private static func leadingPostcode(_ line: String) -> String? {
        let code = line.prefix(5)
        let town = line.dropFirst(5)
        guard code.utf8.count == 5, code.utf8.allSatisfy({ 48...57 ~= $0 }), town.first == " ",
            town.contains(where: \.isLetter), code != "00000"
        else { return nil }
        return String(code)
    }
}

/// Every run of white space and control characters as one space, none at the ends.
private func tidied(_ text: String) -> String {
    text.unicodeScalars.split { $0.properties.isWhitespace || $0.value < 32 || $0.value == 127 }.map(String.init)
        .joined(separator: " ")
}

private func withoutPunctuation(_ text: String) -> String {
    // Apostrophes and hyphens belong to street and town names; sorting machines read them.
    tidied(String(String.UnicodeScalarView(text.unicodeScalars.map { ",;:.!?\"()_*".unicodeScalars.contains($0) ? " " : $0 })))
}
