import Inputs

/// A telephone number in E.164 form, checked at birth. Numbers without a country are read as French, mainland or
/// overseas, by the national numbering plan (ARCEP decision 2018-0881 and its overseas annexes), or by the plan of the country
/// that the caller names.
package struct PhoneNumber: Sendable, Hashable {
    /// `+` and 8 to 15 digits.
    package let text: String
    /// Whether the number takes SMS: known for French numbers, assumed for others, whose plans differ.
    package let isMobile: Bool

    /// Why a text is no number, in words that stand after the value.
    package enum Fault: Error, Sendable, Equatable {
        case character, length, plan, several, abroad, lostDigits

        /// Words that stand after the value.
        package var reason: String {
            switch self {
            case .character: "holds a character that no telephone number has"
            case .length: "has not the digits of a telephone number (10 in France, or + and the country's code)"
            case .plan: "is not a number of the French plan"
            case .several: "holds more than one number: keep one"
            case .abroad: "is no number of the row's country: write + and the country's code before it"
            case .lostDigits:
                "is a number that a spreadsheet shortened, and its last digits are lost: format the column as text"
            }
        }
    }

    /// Where numbers without + are at home.
    package enum Home: Sendable, Equatable {
        case france
        /// The plans of another country; none when its rules are not known here, and then the code must be written.
        case abroad([PhonePlan])
    }

    /// What was made of a number.
    /// Without the form itself, which is appended to the caller's bytes.
    package struct Reading: Sendable {
        /// Whether the number takes SMS, as far as its plan tells.
        package let isMobile: Bool
        /// What was mended, for a warning beside the value.
        package let notes: Notes
    }

    /// What was changed in a number, and is worth a word to whoever wrote it.
    package struct Notes: OptionSet, Sendable {
        /// Bits of the notes.
        package let rawValue: Int
        /// - Parameter rawValue: bits of the notes.
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Nine digits: the leading zero was put back.
        package static let lostZero = Notes(rawValue: 1)
        /// The digits begin with the country's code, without +.
        package static let noPlus = Notes(rawValue: 2)
        /// An overseas range behind +33 got its own code.
        package static let overseas = Notes(rawValue: 4)
        /// A 0 between the country's code and the number was left out.
        package static let trunkZero = Notes(rawValue: 8)
        /// In scientific notation, with fewer digits than it stands for.
        package static let rounded = Notes(rawValue: 16)

        /// Those after which the number may be another person's.
        package static let doubtful: Notes = [.overseas, .rounded]

        private static let words: [(note: Notes, reason: String)] = [
            (.lostZero, "had lost its leading zero, which was put back"),
            (.noPlus, "is read as if + stood before it"),
            (.overseas, "is an overseas number behind +33, and is read with the code of its territory"),
            (.trunkZero, "had a 0 between the country's code and the number, which was left out"),
            (.rounded, "ends with zeros, as numbers do that a spreadsheet shortened: check it"),
        ]

        /// Each of them, with what to say of it in words that stand after the value.
        package var told: [(note: Notes, reason: String)] { Notes.words.filter { contains($0.note) } }

        /// What to say of each.
        package var reasons: [String] { told.map(\.reason) }
    }

    /// - Parameter home: where a number without + is at home.
    /// - Throws: why it is none.
    package init(_ text: String, home: Home = .france) throws(Fault) {
        var out: [UInt8] = []
        isMobile = try PhoneNumber.normalise(Array(text.utf8).span, home: home, onto: &out).isMobile
        self.text = String(decoding: out, as: UTF8.self)
    }

    /// What is changed in a text where it is read as a number; nothing for one that is none.
    /// - Parameter home: where a number without + is at home.
    package static func notes(of text: String, home: Home) -> Notes {
        var out: [UInt8] = []
        return (try? normalise(Array(text.utf8).span, home: home, onto: &out).notes) ?? []
    }

    /// Takes back what `normalise` wrote, without checking it again.
    /// - Parameter isMobile: as `normalise` said it.
    package init(stored: [UInt8], isMobile: Bool) {
        text = String(decoding: stored, as: UTF8.self)
        self.isMobile = isMobile
    }

    /// What a text may be in France and in each country whose plan is known: the one number that it says with its country's code,
    /// else as many as there are countries where somebody would write theirs so. The French one comes first, none twice.
    package static func readings(of text: String) -> [PhoneNumber] {
        var readings: [PhoneNumber] = []
        for home in [Home.france] + PhonePlan.all.map(Home.abroad) {
            guard let number = try? PhoneNumber(text, home: home), !readings.contains(number) else { continue }
            readings.append(number)
        }
        return readings
    }

    /// `06 39 98 77 01`, or `00 49...` abroad: a form that a spreadsheet takes neither for a formula nor for a number. E.164
    /// where that would be read as another number, or as none, in the row of somebody at home in `home`.
    /// - Parameter home: where numbers without + are at home in the row that it is written into.
    package func written(in home: Home = .france) -> String {
        let digits = Array("0" + text.dropFirst(3))
        let form =
            text.hasPrefix("+33")
            ? stride(from: 0, to: digits.count, by: 2).map { String(digits[$0..<min($0 + 2, digits.count)]) }
                .joined(separator: " ") : "00 " + text.dropFirst()
        var again: [UInt8] = []
        let read = try? PhoneNumber.normalise(Array(form.utf8).span, home: home, onto: &again)
        return read != nil && again.elementsEqual(text.utf8) ? form : text
    }

    /// So many zeros at a number's end are hardly anybody's: a spreadsheet shortened it.
    private static let lostDigits = 100_000

    /// Longest number E.164 allows, in digits.
    private static let longest = 15
    /// Fewest digits of a number with its country's code.
    private static let shortest = 8

    /// Digits as one number, so that nothing is allocated for each row of a roll.
    /// Both the number and its length, since zeros at the beginning count; seventeen digits fit into 64 bits.
    struct Digits {
        var value = 0
        var count = 0

        /// The first `length` digits as a number.
        func leading(_ length: Int) -> Int {
            var result = value
            for _ in 0..<max(0, count - length) { result /= 10 }
            return result
        }

        /// Without the first `length` digits.
        func dropping(_ length: Int) -> Digits {
            var power = 1
            for _ in 0..<max(0, count - length) { power *= 10 }
            return Digits(value: value % power, count: count - length)
        }

        /// With the digits of `code` before it.
        func prefixed(_ code: Int) -> Digits {
            var power = 1
            for _ in 0..<count { power *= 10 }
            return Digits(value: code * power + value, count: count + (code < 10 ? 1 : code < 100 ? 2 : 3))
        }

        /// All of them, leading zeros included.
        var text: String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
    }

    /// Checks the bytes, appends the E.164 form to `out` and says what was made of them.
    /// - Parameter mends: whether what spreadsheets do to numbers is undone: a lost leading zero, a lost +.
    /// - Throws: why it is none; `out` is as before then.
    package static func normalise(
        _ bytes: Span<UInt8>, home: Home = .france, mends: Bool = false, onto out: inout [UInt8]
    ) throws(Fault) -> Reading {
        var notes: Notes = []
        var digits = Digits()
        var international = try PhoneDigits.collect(bytes, into: &digits)
        if !international, digits.count > 2, digits.leading(2) == 0 {
            digits = digits.dropping(2)
            international = true
        }
        if !international { digits = try national(digits, home, mends: mends, &notes) }
        digits = withoutTrunk(digits, &notes)
        digits = overseas(digits, &notes)
        guard digits.count >= shortest, digits.count <= longest, digits.leading(1) != 0 else { throw .length }
        let mobile = try isMobile(digits)
        // 3.36E10 as its digits: what stood in the place of these zeros is lost.
        if mends, isBareNumber(bytes), digits.value % lostDigits == 0 { notes.insert(.rounded) }
        let start = out.count
        out.append(UInt8(ascii: "+"))
        var rest = digits.value
        for _ in 0..<digits.count { out.append(0) }
        for position in stride(from: digits.count, to: 0, by: -1) {
            out[start + position] = UInt8(48 + rest % 10)
            rest /= 10
        }
        return Reading(isMobile: mobile, notes: notes)
    }

    /// Whether nothing but digits stands there, as a spreadsheet writes a number.
    private static func isBareNumber(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes[0] != UInt8(ascii: "0") else { return false }
        for index in bytes.indices where !(48...57 ~= bytes[index]) { return false }
        return true
    }

    /// Without what stands before national numbers inside a country: behind the country's code it reaches nobody.
    /// - Parameter digits: with the country's code.
    private static func withoutTrunk(_ digits: Digits, _ notes: inout Notes) -> Digits {
        let length = PhonePlan.codeLength(digits)
        let code = digits.leading(length)
        guard digits.count > length + 1, !PhonePlan.zeroIsPart.contains(code) else { return digits }
        // Hungary's is 06, Russia's and Kazakhstan's 8.
        if code == 36, digits.leading(4) == 3606 {
            notes.insert(.trunkZero)
            return digits.dropping(4).prefixed(code)
        }
        if code == 7, digits.count == 12, digits.leading(2) == 78 {
            notes.insert(.trunkZero)
            return digits.dropping(2).prefixed(code)
        }
        var rest = digits.dropping(length)
        var zeros = 0
        while rest.count > 1, rest.leading(1) == 0 {
            rest = rest.dropping(1)
            zeros += 1
        }
        guard zeros > 0 else { return digits }
        if code != 33 || zeros > 1 { notes.insert(.trunkZero) }
        return rest.prefixed(code)
    }

    /// The international form of a number without a country's code.
    /// - Throws: `.length` when it has not ten digits, `.abroad` when it fits no plan of its country.
    private static func national(
        _ digits: Digits, _ home: Home, mends: Bool, _ notes: inout Notes
    ) throws(Fault) -> Digits {
        if case .abroad(let plans) = home { return try foreign(digits, plans, mends: mends, &notes) }
        var digits = digits
        if mends, digits.count == 9, digits.leading(1) != 0 {
            digits = Digits(value: digits.value, count: 10)
            notes.insert(.lostZero)
        } else if mends, digits.count == 11, digits.leading(2) == 33, digits.leading(3) != 330 {
            notes.insert(.noPlus)
            return digits
        }
        guard digits.count == 10, digits.leading(1) == 0 else { throw .length }
        let code = country(digits)
        // Saint-Pierre-et-Miquelon: +508 and six digits, the national 0508 repeats the code.
        return digits.dropping(code == 508 ? 4 : 1).prefixed(code)
    }

    /// The same for a number of another country, by its rules, never by the French ones.
    /// - Throws: `.abroad` when it fits no plan.
    private static func foreign(
        _ digits: Digits, _ plans: [PhonePlan], mends: Bool, _ notes: inout Notes
    ) throws(Fault) -> Digits {
        for plan in plans {
            let hasZero = digits.count > 0 && digits.leading(1) == 0
            guard plan.hasTrunkZero == hasZero || !plan.hasTrunkZero else { continue }
            let bare = plan.hasTrunkZero ? digits.dropping(1) : digits
            guard plan.admits(bare.text) else { continue }
            // `39 06 12 34 56` is a mobile number, and one of Rome that lost its +.
            if !hasZero, fitsBehindCode(digits, plans) { throw .abroad }
            return bare.prefixed(plan.code)
        }
        guard mends, fitsBehindCode(digits, plans) else { throw .abroad }
        notes.insert(.noPlus)
        return digits
    }

    /// Whether digits are a number of one of the plans behind the country's code.
    private static func fitsBehindCode(_ digits: Digits, _ plans: [PhonePlan]) -> Bool {
        let text = digits.text
        return plans.contains { plan in
            let code = "\(plan.code)"
            return text.hasPrefix(code) && plan.admits(String(text.dropFirst(code.count)))
        }
    }

    /// An overseas range that was written behind +33 has a code of its own.
    /// - Parameter digits: with the country's code.
    private static func overseas(_ digits: Digits, _ notes: inout Notes) -> Digits {
        guard digits.count == 11, digits.leading(2) == 33 else { return digits }
        let national = Digits(value: digits.dropping(2).value, count: 10)
        let code = country(national)
        guard code != 33 else { return digits }
        notes.insert(.overseas)
        return national.dropping(code == 508 ? 4 : 1).prefixed(code)
    }

    /// The country code of a national number of ten digits.
    /// - Parameter digits: ten, with the zero at the beginning.
    private static func country(_ digits: Digits) -> Int {
        switch digits.leading(4) {
        // 06 39 98 is kept for fiction (ARCEP), the rest of 06 39 is Mayotte's.
        case 639: digits.leading(6) == 63_998 ? 33 : 262
        case 262, 263, 269, 692, 693, 709: 262
        case 590, 690, 691: 590
        case 594, 694: 594
        case 596, 696, 697: 596
        case 508: 508
        default: 33
        }
    }

    /// Whether a number with its country's code takes SMS.
    /// - Throws: `.plan` when it is French and has not the digits of the plan.
    private static func isMobile(_ digits: Digits) throws(Fault) -> Bool {
        if digits.leading(2) == 33 {
            let first = digits.leading(3) % 10
            guard digits.count == 11, first != 0 else { throw .plan }
            return first == 6 || first == 7
        }
        switch digits.leading(3) {
        case 262, 590, 594, 596:
            guard digits.count == 12 else { throw .plan }
            let first = digits.leading(4) % 10
            return first == 6 || first == 7
        case 508:
            guard digits.count == 9 else { throw .plan }
            return true
        default: return true
        }
    }
}
