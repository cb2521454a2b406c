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

    private init(_ code: Int, trunk: Bool, _ lengths: ClosedRange<Int>, _ starts: [String] = []) {
        (self.code, hasTrunkZero, self.lengths, self.starts) = (code, trunk, lengths, starts)
    }

    /// The plans of a country, by its ISO 3166 code; empty for countries whose plan is not known here.
    package static func plans(of region: String) -> [PhonePlan] { byRegion[region] ?? [] }

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
        "IT": [PhonePlan(39, trunk: false, 6...11, ["0", "3"])],
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
        "US": [PhonePlan(1, trunk: false, 10...10)], "CA": [PhonePlan(1, trunk: false, 10...10)],
    ]

    /// Codes of countries in which a 0 before national numbers falls away behind the code. Where it is part of the number
    /// (+39, +378, +225, +242) it stays.
    static let trunkZeroCodes: Set<Int> = [
        20, 27, 31, 32, 33, 40, 41, 43, 44, 46, 49, 60, 61, 62, 63, 64, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
        212,
        213, 234, 251, 254, 255, 256, 261, 262, 353, 355, 358, 359, 373, 374, 380, 381, 382, 385, 386, 387, 389, 421,
        590,
        594, 596, 855, 856, 880, 961, 962, 963, 964, 966, 967, 971, 972, 976, 977,
    ]

    /// Whether these digits, without code and trunk zero, are a number of this plan.
    func admits(_ digits: String) -> Bool {
        guard lengths.contains(digits.count) else { return false }
        return starts.isEmpty ? digits.first != "0" : starts.contains { digits.hasPrefix($0) }
    }
}
