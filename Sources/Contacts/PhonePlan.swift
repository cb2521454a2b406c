/// How numbers without + are written inside a country: what is needed to read those of the countries whose people French
/// organisers have on their rolls (ITU, national numbering plans as notified under E.129).
package struct PhonePlan: Sendable, Equatable {
    /// The country's code, `41`.
    let code: Int
    /// Whether a 0 stands before national numbers that falls away behind the code.
    let hasTrunkZero: Bool
    /// How many digits a number has behind the code.
    let lengths: ClosedRange<Int>
    /// How a number begins behind the code; empty where anything goes that does not begin with 0.
    let starts: [String]

    /// - Parameter trunk: whether a 0 stands before numbers that are dialled inside the country.
    private init(_ code: Int, trunk: Bool, _ lengths: ClosedRange<Int>, _ starts: [String] = []) {
        (self.code, hasTrunkZero, self.lengths, self.starts) = (code, trunk, lengths, starts)
    }

    /// The plans of a country, by its ISO 3166 code; empty for countries whose plan is not known here.
    package static func plans(of region: String) -> [PhonePlan] { byRegion[region] ?? [] }

    /// Every country whose plan is known here, in one order.
    static let all = byRegion.sorted { $0.key < $1.key }.map(\.value)

    /// By ISO 3166 codes; of a country with several plans the first that fits holds.
    private static let byRegion: [String: [PhonePlan]] = [
        "BE": [
            PhonePlan(32, trunk: true, 9...9, ["45", "46", "47", "48", "49"]),
            PhonePlan(32, trunk: true, 8...8, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ],
        "CH": [
            PhonePlan(
                41, trunk: true, 9...9,
                [
                    "21", "22", "24", "26", "27", "31", "32", "33", "34", "41", "43", "44", "51", "52", "55", "56",
                    "58",
                    "61", "62", "71", "74", "75", "76", "77", "78", "79", "81", "91",
                ])
        ],
        "LU": [
            PhonePlan(352, trunk: false, 9...9, ["6"]),
            PhonePlan(352, trunk: false, 6...8, ["2", "3", "4", "5", "7", "8", "9"]),
        ],
        "DE": [PhonePlan(49, trunk: true, 7...11)], "AT": [PhonePlan(43, trunk: true, 7...12)],
        "LI": [PhonePlan(423, trunk: false, 7...7)],
        "IT": [PhonePlan(39, trunk: false, 9...10, ["3"]), PhonePlan(39, trunk: false, 6...11, ["0"])],
        "SM": [PhonePlan(378, trunk: false, 6...10, ["0", "6"])],
        "ES": [PhonePlan(34, trunk: false, 9...9, ["6", "7", "8", "9"])],
        "PT": [PhonePlan(351, trunk: false, 9...9, ["2", "9"])], "AD": [PhonePlan(376, trunk: false, 6...6)],
        "MC": [PhonePlan(377, trunk: false, 9...9, ["6"]), PhonePlan(377, trunk: false, 8...8, ["3", "4", "8", "9"])],
        "NL": [PhonePlan(31, trunk: true, 9...9)], "GB": [PhonePlan(44, trunk: true, 9...10)],
        "IE": [PhonePlan(353, trunk: true, 8...9)], "DK": [PhonePlan(45, trunk: false, 8...8)],
        "NO": [PhonePlan(47, trunk: false, 8...8)], "PL": [PhonePlan(48, trunk: false, 9...9)],
        "RO": [PhonePlan(40, trunk: true, 9...9, ["2", "3", "7", "8", "9"])],
        "MA": [PhonePlan(212, trunk: true, 9...9, ["5", "6", "7", "8"])],
        "DZ": [PhonePlan(213, trunk: true, 8...9)], "TN": [PhonePlan(216, trunk: false, 8...8)],
        "SN": [PhonePlan(221, trunk: false, 9...9, ["3", "7"])],
        "CI": [PhonePlan(225, trunk: false, 10...10, ["0", "2"])],
        "US": [PhonePlan(1, trunk: false, 10...10, ["2", "3", "4", "5", "6", "7", "8", "9"])],
        "CA": [PhonePlan(1, trunk: false, 10...10, ["2", "3", "4", "5", "6", "7", "8", "9"])],
    ]

    /// Codes of countries whose numbers themselves begin with 0: behind these codes it stays. Behind every other a 0 is what is
    /// dialled inside the country, or a typing error.
    static let zeroIsPart: Set<Int> = [39, 225, 226, 229, 241, 242, 378, 379, 508]

    /// Country codes of two digits (ITU-T E.164 assignments); 1 and 7 have one, all others three.
    private static let twoDigits: Set<Int> = [
        20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61,
        62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
    ]

    /// How many digits the country's code has at the beginning of an international number.
    /// - Parameter digits: with the country's code.
    static func codeLength(_ digits: PhoneNumber.Digits) -> Int {
        [1, 7].contains(digits.leading(1)) ? 1 : twoDigits.contains(digits.leading(2)) ? 2 : 3
    }

    /// How mobile numbers begin behind the codes of countries that keep their landlines apart from them.
    private static let mobiles: [String: [String]] = [
        "32": ["4"], "41": ["7"], "352": ["6"], "49": ["15", "16", "17"], "43": ["6"], "39": ["3"], "34": ["6", "7"],
        "351": ["9"], "31": ["6"], "44": ["7"], "353": ["8"], "40": ["7"], "212": ["6", "7"], "213": ["5", "6", "7"],
        "221": ["7"], "225": ["01", "05", "07"], "377": ["3", "4", "6"],
    ]

    /// Whether an international number is certainly a landline, abroad: an SMS to it reaches nobody.
    /// - Parameter number: in E.164. French numbers, and those of plans that do not keep mobiles apart, are none.
    package static func isLandline(_ number: ArraySlice<UInt8>) -> Bool {
        let code = number.dropFirst()
        guard number.first == UInt8(ascii: "+"), code.first != UInt8(ascii: "1"), !code.starts(with: "33".utf8) else {
            return false
        }
        let digits = String(decoding: code, as: UTF8.self)
        guard
            let found = mobiles.first(where: { $0.key.count == codeLength(digits) && digits.hasPrefix($0.key) })
        else { return false }
        let rest = digits.dropFirst(found.key.count)
        return !found.value.contains { rest.hasPrefix($0) }
    }

    /// Digits of the country code at the beginning of a number.
    private static func codeLength(_ digits: String) -> Int { twoDigits.contains(Int(digits.prefix(2)) ?? 0) ? 2 : 3 }

    /// Whether these digits, without code and trunk zero, are a number of this plan.
    /// - Parameter digits: not longer than E.164 allows.
    func admits(_ digits: String) -> Bool {
        guard lengths.contains(digits.count) else { return false }
        return starts.isEmpty ? digits.first != "0" : starts.contains { digits.hasPrefix($0) }
    }
}
