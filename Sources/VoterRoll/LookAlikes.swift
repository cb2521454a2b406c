/// Letters of other alphabets, and wide forms, that look like Latin ones.
enum LookAlikes {
    /// By their code points: Greek, Coptic and Cyrillic ones.
    private static let latin: [UInt32: Character] = [
        0x391: "A", 0x392: "B", 0x395: "E", 0x396: "Z", 0x397: "H", 0x399: "I", 0x39A: "K", 0x39C: "M", 0x39D: "N",
        0x39F: "O", 0x3A1: "P", 0x3A4: "T", 0x3A5: "Y", 0x3A7: "X", 0x3BF: "o", 0x3BD: "v", 0x3C1: "p", 0x3F2: "c",
        0x405: "S", 0x406: "I", 0x408: "J", 0x410: "A", 0x412: "B", 0x415: "E", 0x41A: "K", 0x41C: "M", 0x41D: "H",
        0x41E: "O", 0x420: "P", 0x421: "C", 0x422: "T", 0x423: "Y", 0x425: "X", 0x430: "a", 0x435: "e", 0x43E: "o",
        0x440: "p", 0x441: "c", 0x443: "y", 0x445: "x", 0x455: "s", 0x456: "i", 0x458: "j",
    ]

    /// The Latin character that a scalar looks like; nil when it is one, or like none.
    static func latin(_ scalar: Unicode.Scalar) -> Character? {
        // The wide forms of ASCII.
        if 0xFF01...0xFF5E ~= scalar.value { return Unicode.Scalar(scalar.value - 0xFEE0).map(Character.init) }
        return latin[scalar.value]
    }
}
