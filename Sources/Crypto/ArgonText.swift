import CSodium

/// A hash in libsodium's text form, taken apart: `$argon2id$v=19$m=19456,t=2,p=1$SALT$TAG`, the last two in Base64 without
/// padding.
struct ArgonText {
    /// Bytes of salt and tag, as libsodium makes them.
    static let (saltCount, tagCount) = (16, 32)

    /// The memory that the hash was made with.
    let kibibytes: Int
    let passes: Int
    let salt: [UInt8]
    let tag: [UInt8]

    /// Nil when it is no such text.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let numbers = parts[3].split(separator: ",")
        guard numbers.count == 3, numbers[2] == "p=1", numbers[0].hasPrefix("m="), numbers[1].hasPrefix("t="),
            let kibibytes = Int(numbers[0].dropFirst(2)), (8...Int(UInt32.max)).contains(kibibytes),
            let passes = Int(numbers[1].dropFirst(2)), (1...Int(UInt32.max)).contains(passes),
            let salt = ArgonText.bytes(String(parts[4]), ArgonText.saltCount),
            let tag = ArgonText.bytes(String(parts[5]), ArgonText.tagCount)
        else { return nil }
        (self.kibibytes, self.passes, self.salt, self.tag) = (kibibytes, passes, salt, tag)
    }

    /// Base64 of exactly so many bytes; nil for every other length or spelling.
    private static func bytes(_ text: String, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var length = 0
        let code = unsafe sodium_base642bin(
            &bytes, count, text, text.utf8.count, nil, &length, nil, Int32(sodium_base64_VARIANT_ORIGINAL_NO_PADDING))
        return code == 0 && length == count ? bytes : nil
    }
}
