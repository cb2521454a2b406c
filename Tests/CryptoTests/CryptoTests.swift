import Crypto
import Foundation
import Testing

/// The folders of this run, removed when the process ends.
private let scratch: URL = {
    atexit { try? FileManager.default.removeItem(at: CryptoScratch.url) }
    return CryptoScratch.url
}()

private enum CryptoScratch {
    static let url = FileManager.default.temporaryDirectory.appending(path: "isoloir-crypto-\(UUID().uuidString)")
}

private func folder() throws -> String {
    let url = scratch.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url.path
}

struct SymbolCodeTests {
    @Test func `what is printed is read back, however it is typed`() {
        for _ in 0..<200 {
            let code = SymbolCode.random(count: 12, from: .system)
            let sloppy = code.grouped.lowercased().replacing("-", with: " ").replacing("0", with: "o").replacing(
                "1", with: "l")
            #expect(SymbolCode.read(" \(sloppy)\u{A0}", count: 12) == .code(code))
        }
    }

    @Test func `every single wrong symbol is found`() {
        let code = Array(SymbolCode.random(count: 12, from: .system).canonical.utf8)
        for position in 0..<12 {
            for symbol in SymbolCode.alphabet where symbol != code[position] {
                var wrong = code
                wrong[position] = symbol
                #expect(SymbolCode.read(String(decoding: wrong, as: UTF8.self), count: 12) == .mistyped)
            }
        }
    }

    @Test func `every swap of two different symbols is found`() {
        for _ in 0..<20 {
            let code = Array(SymbolCode.random(count: 12, from: .system).canonical.utf8)
            for first in 0..<12 {
                for second in first + 1..<12 where code[first] != code[second] {
                    var wrong = code
                    wrong.swapAt(first, second)
                    #expect(SymbolCode.read(String(decoding: wrong, as: UTF8.self), count: 12) == .mistyped)
                }
            }
        }
    }

    @Test(arguments: ["", "ABC", "ABCD-EFGH-JKMNP", "UUUU-UUUU-UUUU", "ABCD-EFGH-JKM!"])
    func `what cannot be a code is malformed`(text: String) {
        #expect(SymbolCode.read(text, count: 12) == .malformed)
    }
}

struct DigitCodeTests {
    @Test func `every wrong digit and every swap of neighbours is found`() {
        for _ in 0..<50 {
            let code = DigitCode.random(from: .system)
            #expect(DigitCode.read(code.canonical) == .code(code))
            let digits = Array(code.canonical)
            #expect(digits[0] != "0")
            for position in 0..<10 {
                for digit in "0123456789" where digit != digits[position] {
                    var wrong = digits
                    wrong[position] = digit
                    #expect(DigitCode.read(String(wrong)) == .mistyped)
                }
                if position < 9, digits[position] != digits[position + 1] {
                    var wrong = digits
                    wrong.swapAt(position, position + 1)
                    #expect(DigitCode.read(String(wrong)) == .mistyped)
                }
            }
        }
    }
}

struct SealerTests {
    private let sealer = Sealer(key: Secret([UInt8](repeating: 7, count: 32)), randomness: .system)

    @Test func `what was sealed opens in its place only`() {
        let sealed = sealer.seal([1, 2, 3], associated: [9])
        #expect(sealer.open(sealed, associated: [9]) == [1, 2, 3])
        #expect(sealer.open(sealed, associated: [8]) == nil)
    }

    @Test func `a changed byte anywhere keeps it closed`() {
        let sealed = sealer.seal(Array("secret".utf8), associated: [])
        for index in sealed.indices {
            var wrong = sealed
            wrong[index] ^= 1
            #expect(sealer.open(wrong, associated: []) == nil)
        }
    }

    @Test func `the same value is never sealed alike`() {
        let sealed = (0..<1000).map { _ in sealer.seal([5], associated: []) }
        #expect(Set(sealed).count == 1000)
    }
}

struct SecretTests {
    @Test func `wiping a secret leaves the array it was made of alone`() {
        let bytes: [UInt8] = (1...16).map { $0 }
        for _ in 0..<3 { #expect(Secret(bytes).matches(Secret(bytes))) }
        #expect(bytes == (1...16).map { UInt8($0) })
    }

    @Test func `a secret does not show in text, dump or mirror`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for shown in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!shown.contains("hunter2") && !shown.contains("104"))
        }
    }

    @Test func `secrets are compared whole`() {
        #expect(Secret("abc").matches(Secret("abc")))
        #expect(!Secret("abc").matches(Secret("abd")))
        #expect(!Secret("abc").matches(Secret("abcd")))
    }

    @Test func `generated secrets have nine characters of four kinds and no look-alikes`() {
        for _ in 0..<300 {
            let text = GeneratedSecret.random(from: .system).text
            #expect(text.count == 9)
            #expect(text.contains(where: \.isLowercase) && text.contains(where: \.isUppercase))
            #expect(text.contains(where: \.isNumber) && text.contains(where: { !$0.isLetter && !$0.isNumber }))
            #expect(!text.contains(where: "0Oo1Il5S2Z8B".contains))
        }
    }

    @Test func `a generated secret is made of what users of such passwords know`() {
        // A password as their guide shows it: each of its characters occurs, and it has the four kinds.
        let known = Set("fG69a*6jH")
        var seen: Set<Character> = []
        for _ in 0..<3000 { seen.formUnion(GeneratedSecret.random(from: .system).text) }
        #expect(known.isSubset(of: seen))
    }
}

struct KeyFolderTests {
    @Test func `a key is made once and found again`() throws {
        let (base, store) = (try folder(), try folder())
        let keys = try KeyFolder(path: "\(base)/keys", store: "\(store)/s.sqlite", randomness: .system)
        #expect(try keys.key(of: "e") == nil)
        let made = try keys.keyOrNew(of: "e").subkey(.outbox)
        #expect(try keys.keyOrNew(of: "e").subkey(.outbox).matches(made))
    }

    @Test func `a key that cannot be looked for is not a key that is not there`() throws {
        let (base, store) = (try folder(), try folder())
        let keys = try KeyFolder(path: "\(base)/keys", store: "\(store)/s.sqlite", randomness: .system)
        #expect(try !keys.destroyBoxKey("\(base)/keys/e.box"))
        // A link that leads to itself: nobody can say what lies behind it, root neither.
        try FileManager.default.createSymbolicLink(atPath: "\(base)/loop", withDestinationPath: "\(base)/loop")
        #expect(throws: KeyError.self) { try keys.destroyBoxKey("\(base)/loop/e.box") }
        _ = try keys.keyOrNew(of: "e")
        try FileManager.default.moveItem(atPath: "\(base)/keys", toPath: "\(base)/kept")
        try FileManager.default.createSymbolicLink(atPath: "\(base)/keys", withDestinationPath: "\(base)/loop")
        #expect(throws: KeyError.self) { try keys.key(of: "e") }
        #expect(throws: KeyError.self) { try keys.destroy("e") }
    }

    @Test func `purposes have different keys`() {
        let key = ElectionKey(from: .system)
        #expect(!key.subkey(.outbox).matches(key.subkey(.contacts)))
    }

    @Test func `keys can be sealed on the disk under a secret that lies elsewhere`() throws {
        let base = try folder()
        let (secret, other) = ("\(base)/isoloir-seal", "\(base)/other")
        for (path, text) in [(secret, "r2Rk8yJ0Yx5d1w7bqvM3Cg=="), (other, "AAAAAAAAAAAAAAAAAAAAAA==")] {
            try Data("\(text)\n".utf8).write(to: URL(fileURLWithPath: path))
        }
        try FileManager.default.createDirectory(atPath: "\(base)/store", withIntermediateDirectories: true)
        func keys(_ seal: KeySeal?) throws -> KeyFolder {
            try KeyFolder(
                path: "\(base)/keys", store: "\(base)/store/s.sqlite", seal: seal, randomness: .system)
        }
        let key = try keys(KeySeal(file: secret)).keyOrNew(of: "a")
        let file = try String(contentsOfFile: "\(base)/keys/a.key", encoding: .utf8)
        #expect(file.hasPrefix("isoloir sealed key 1\n"))
        let again = try #require(try keys(KeySeal(file: secret)).key(of: "a"))
        #expect(again.subkey(.contacts).matches(key.subkey(.contacts)))
        // Without the secret, with another one, or under another name it is no key; each says what to do.
        #expect(throws: KeyError.self) { try keys(nil).key(of: "a") }
        #expect(throws: KeyError.self) { try keys(KeySeal(file: other)).key(of: "a") }
        try FileManager.default.copyItem(atPath: "\(base)/keys/a.key", toPath: "\(base)/keys/b.key")
        #expect(throws: KeyError.self) { try keys(KeySeal(file: secret)).key(of: "b") }
        // A key that lies there in clear is still read.
        let plain = try keys(nil).keyOrNew(of: "c")
        #expect(try keys(KeySeal(file: secret)).key(of: "c")?.subkey(.box).matches(plain.subkey(.box)) == true)
        try Data("short".utf8).write(to: URL(fileURLWithPath: other))
        #expect(throws: KeyError.self) { try KeySeal(file: other) }
    }

    @Test func `keys beside the store are refused`() throws {
        let base = try folder()
        #expect(throws: KeyError.self) { try KeyFolder(path: base, store: "\(base)/s.sqlite", randomness: .system) }
        #expect(throws: KeyError.self) {
            try KeyFolder(path: "\(base)/keys", store: "\(base)/s.sqlite", randomness: .system)
        }
    }

    @Test func `a key that others can read is refused`() throws {
        let (base, store) = (try folder(), try folder())
        let keys = try KeyFolder(path: "\(base)/keys", store: "\(store)/s.sqlite", randomness: .system)
        _ = try keys.keyOrNew(of: "e")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(base)/keys/e.key")
        #expect(throws: KeyError.self) { try keys.key(of: "e") }
    }

    @Test func `two members together bring a key back, one alone does not`() throws {
        let base = try folder()
        for name in ["anne", "bruno", "eve"] { try EscrowMember.create(name: name, path: "\(base)/\(name)") }
        let key = ElectionKey(from: .system)
        try EscrowFile.create(
            "\(base)/e.escrow", key: key, election: "e",
            members: (EscrowMember(publicFile: "\(base)/anne.pub"), EscrowMember(publicFile: "\(base)/bruno.pub")),
            randomness: .system)
        let opened = try EscrowFile.open("\(base)/e.escrow", privateFiles: ["\(base)/bruno.key", "\(base)/anne.key"])
        #expect(opened.key.subkey(.journal).matches(key.subkey(.journal)))
        #expect(throws: KeyError.self) { try EscrowFile.open("\(base)/e.escrow", privateFiles: ["\(base)/anne.key"]) }
        #expect(throws: KeyError.self) {
            try EscrowFile.open("\(base)/e.escrow", privateFiles: ["\(base)/anne.key", "\(base)/eve.key"])
        }
    }
}

struct SealedFileTests {
    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func `a sealed file opens to what it was`(size: Int) throws {
        let base = try folder()
        let bytes = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try bytes.write(to: URL(fileURLWithPath: "\(base)/plain"))
        let files = SealedFile(key: Secret([UInt8](repeating: 3, count: 32)))
        try files.seal("\(base)/plain", into: "\(base)/sealed")
        try files.open("\(base)/sealed", into: "\(base)/opened")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(base)/opened")) == bytes)
    }

    @Test func `a file cut short, changed or of another key leaves nothing behind`() throws {
        let base = try folder()
        try Data(count: 150_000).write(to: URL(fileURLWithPath: "\(base)/plain"))
        let files = SealedFile(key: Secret([UInt8](repeating: 3, count: 32)))
        try files.seal("\(base)/plain", into: "\(base)/sealed")
        let sealed = try Data(contentsOf: URL(fileURLWithPath: "\(base)/sealed"))
        var changed = sealed
        changed[90_000] ^= 1
        for (name, bytes) in [("short", sealed.prefix(140_000)), ("changed", changed), ("long", sealed + Data([0]))] {
            try bytes.write(to: URL(fileURLWithPath: "\(base)/\(name)"))
            #expect(throws: KeyError.self) { try files.open("\(base)/\(name)", into: "\(base)/out") }
            #expect(!FileManager.default.fileExists(atPath: "\(base)/out"))
        }
        let others = SealedFile(key: Secret([UInt8](repeating: 4, count: 32)))
        #expect(throws: KeyError.self) { try others.open("\(base)/sealed", into: "\(base)/out") }
    }
}

struct PassphraseHasherTests {
    private let hasher = PassphraseHasher(cost: PassphraseHasher.Cost(passes: 1, mebibytes: 1))

    @Test func `without memory a hash and a check are busy, neither wrong nor the end`() throws {
        // 3 TiB: no machine gives them.
        let greedy = PassphraseHasher(cost: PassphraseHasher.Cost(passes: 1, mebibytes: 3 << 20))
        guard case .busy = greedy.hash(Secret("trois girafes")) else { return #expect(Bool(false), "hashed") }
        let stored =
            "$argon2id$v=19$m=3221225472,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
            + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"
        guard case .busy = hasher.verify(Secret("trois girafes"), against: stored) else {
            return #expect(Bool(false), "checked")
        }
    }

    @Test func `the right passphrase verifies and another does not`() {
        guard case .done(let hash) = hasher.hash(Secret("vive les \u{E9}lections")) else {
            Issue.record("busy")
            return
        }
        #expect(hash.hasPrefix("$argon2id$"))
        guard case .done(true) = hasher.verify(Secret("vive les \u{E9}lections"), against: hash),
            case .done(false) = hasher.verify(Secret("vive les elections"), against: hash)
        else {
            Issue.record("wrong verdict")
            return
        }
        #expect(PassphraseHasher().isOutdated(hash))
    }

    @Test func `a full queue says when to come back`() {
        let full = PassphraseHasher(cost: PassphraseHasher.Cost(passes: 1, mebibytes: 1), limit: 0)
        guard case .busy(let seconds) = full.hash(Secret("vive les \u{E9}lections")) else {
            Issue.record("not busy")
            return
        }
        #expect(seconds > 0)
    }
}

struct TimeCodeTests {
    /// RFC 6238, appendix B, SHA-1, the last six digits.
    @Test(arguments: [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func `codes are the standard's`(time: Int, code: String) {
        #expect(TimeCode.code(Secret("12345678901234567890"), step: TimeCode.step(at: time)) == code)
    }

    /// RFC 4648, section 10, without padding.
    @Test(arguments: [
        ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func `Base32 is the standard's`(text: String, base32: String) {
        #expect(TimeCode.base32(Secret(text)) == base32)
    }
}
