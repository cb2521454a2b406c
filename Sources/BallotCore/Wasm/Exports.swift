// What the browser's worker calls. Texts lie in the instance's memory: `reserve` gives a place to write to, `resultStart` says
// where the last result is. One instance seals one ballot and checks its receipt; its memory goes with it.

/// Fills a place with random bytes; the worker gives at most 65,536 at a time (Web Cryptography, getRandomValues).
@_extern(wasm, module: "env", name: "random")
@_extern(c)
func randomBytes(_ place: UnsafeMutablePointer<UInt8>, _ count: Int32)

/// Tells the worker how many choices are encrypted, so that the page can show it.
@_extern(wasm, module: "env", name: "progress")
@_extern(c)
func reportProgress(_ done: Int32)

/// Random numbers from the browser (crypto.getRandomValues).
struct BrowserScalars: ScalarSource {
    mutating func next() -> Scalar {
        // 384 bits modulo 256: the remainder is even to 2^-128.
        var bytes = [UInt8](repeating: 0, count: 48)
        bytes.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { randomBytes(start, Int32(buffer.count)) }
        }
        return Scalar(reducing: bytes.span)
    }
}

/// What `prepare` leaves for `seal`.
struct Prepared {
    let document: ElectionDocument
    let group: CoreGroup
}

/// Nil before `prepare`.
nonisolated(unsafe) var prepared: Prepared?
/// What the worker writes before a call: one text at a time.
nonisolated(unsafe) var place: [UInt8] = []
/// What the last call came to.
nonisolated(unsafe) var result: [UInt8] = []
/// The ballot of `seal`, of which `tracker` speaks; empty before it.
nonisolated(unsafe) var sealed: [UInt8] = []

/// A place for `count` bytes, good until the next call.
@_cdecl("reserve")
public func reserve(_ count: Int32) -> UnsafeMutablePointer<UInt8>? {
    place = [UInt8](repeating: 0, count: Int(count))
    return place.withUnsafeMutableBufferPointer { $0.baseAddress }
}

/// Where the last result begins.
@_cdecl("resultStart")
public func resultStart() -> UnsafePointer<UInt8>? { result.withUnsafeBufferPointer { $0.baseAddress } }

/// Reads the election document in the reserved place and prepares the tables.
/// - Returns: the length of the result, which is the document's fingerprint (43 characters) and its uuid; -1 when the document
///   is none, -2 when its key is none: no member of the group, or 1.
@_cdecl("prepare")
public func prepare() -> Int32 {
    guard let document = ElectionDocument(place) else { return -1 }
    guard let key = Residue(decimal: document.publicKey.span), key.isKey else { return -2 }
    prepared = Prepared(document: document, group: CoreGroup(key: key))
    result = document.fingerprint + document.uuid
    return Int32(result.count)
}

/// Seals the ballot of the credential and the choices in the reserved place: the credential's text, a zero byte, then one
/// byte, 0 or 1, for each choice of each question, a blank vote first where the question has one.
/// - Returns: the length of the ballot, which is the result; -1 before `prepare`, -2 for a wrong credential, -3 for choices
///   that are no vote.
@_cdecl("seal")
public func seal() -> Int32 {
    guard let prepared else { return -1 }
    let form = prepared.document.form
    var end = 0
    while end < place.count, place[end] != 0 { end += 1 }
    guard end < place.count, let credential = VotingCredential(place.span.extracting(0..<end)) else { return -2 }
    var at = end + 1
    var choices: [[UInt8]] = []
    for question in form.questions {
        guard place.count - at >= question.choices else { return -3 }
        choices.append(Array(place[at..<at + question.choices]))
        at += question.choices
    }
    guard at == place.count else { return -3 }
    var sealer = BallotSealer(group: prepared.group, form: form, source: BrowserScalars())
    let secret = credential.exponent(uuid: form.uuid.span)
    guard let ballot = sealer.seal(choices, secret: secret, progress: { reportProgress(Int32($0)) }) else { return -3 }
    sealed = ballot
    result = ballot
    return Int32(result.count)
}

/// The tracker of the ballot that `seal` made: by it the voter finds the ballot in the box.
/// - Returns: the length of the tracker, which is the result; -1 before `seal`.
@_cdecl("tracker")
public func tracker() -> Int32 {
    guard !sealed.isEmpty else { return -1 }
    result = Base64.digest(sealed.span)
    return Int32(result.count)
}

/// Checks a signature (Ed25519) in the reserved place: 32 bytes of the public key, 64 of the signature, then the text.
/// - Returns: 1 when the text was signed with that key, otherwise 0.
@_cdecl("isSigned")
public func isSigned() -> Int32 {
    let (key, head) = (32, 96)
    guard place.count >= head else { return 0 }
    let bytes = place.span
    let isGenuine = Ed25519.isSigned(
        bytes.extracting(head..<place.count), by: bytes.extracting(0..<key), bytes.extracting(key..<head))
    return isGenuine ? 1 : 0
}
