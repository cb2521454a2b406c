import Typesetting

/// Names that the fonts of this machine cannot set: such a voter's letter would be left out, and lists show a mark in place of the
/// letter. Whoever imports the roll can still do something about it.
struct RollFonts {
    /// Made for the first name that needs it: finding the machine's fonts takes a while.
    private var fonts: FontCheck?

    /// The first byte of letters that only some fonts have: Latin ends before U+0250.
    private static let firstForeign: UInt8 = 0xC9

    /// Why a name cannot be printed as it is; nil where it can.
    mutating func fault(_ name: ArraySlice<UInt8>) -> String? {
        guard name.contains(where: { $0 >= RollFonts.firstForeign }) else { return nil }
        let known = fonts ?? FontCheck()
        fonts = known
        let missing = known.missing(String(decoding: name, as: UTF8.self))
        guard !missing.isEmpty else { return nil }
        return
            "cannot be printed: no font of this machine has \(missing.map { "\"\($0)\"" }.joined(separator: ", ")); install one (fonts-noto-core), or no letter is made for this voter"
    }
}
