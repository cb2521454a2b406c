/// The extra secret that a roll may hold for each voter.
enum Challenge {
    /// Why an answer cannot serve as a secret; nil when it can. The authority refuses birth date, postcode and department.
    static func refusal(_ answer: [UInt8]) -> String? {
        if answer.isEmpty { return "is empty" }
        let digits = answer.filter { 48...57 ~= $0 }.count
        let isDate = digits >= 6 && answer.allSatisfy { 48...57 ~= $0 || "-/. ".utf8.contains($0) }
        guard isDate || digits == answer.count && [2, 3, 5].contains(digits) else { return nil }
        return "looks like a date, a postcode or a department, which are no secrets"
    }
}
