import BallotCore
import Crypto
import Elections

/// What a voter's browser holds a ballot page against: for each ballot the uuid and fingerprint of the election document, its
/// questions and answers in every language, and the public key that signs receipts. One line of JSON, made at the seal; the
/// manifest carries it whole, so that nothing that the store holds later can change what is served.
package struct SealedBallots: Sendable {
    /// The name under which browsers fetch it, below `/assets`.
    package static let name = "sealed.json"
    /// The name under which they fetch the manifest itself, whose digest begins with the seal's fingerprint.
    package static let manifestName = "seal.json"
    private static let mark = "sealed-ballots-1"
    /// The manifest's member that holds the text.
    private static let member: StaticString = "served.sealed"

    /// UTF-8, without a newline.
    package let text: [UInt8]

    /// - Parameters:
    ///   - described: what the manifest says of each ballot, in the election's order.
    ///   - blank: what a blank vote is called on the page.
    init(_ election: Election, described: [String], receiptKey: [UInt8], blank: [Language: String]) {
        var text = Array("{\"isoloir\":\"\(SealedBallots.mark)\",\"election\":".utf8)
        JSON.append(text: Array(election.id.utf8), to: &text)
        text += Array(",\"receipts.ed25519\":\"\(hex(receiptKey))\",\"blank\":".utf8)
        SealedBallots.append(election.languages, to: &text) { language, text in
            JSON.append(text: Array((blank[language] ?? "").utf8), to: &text)
        }
        text += Array(",\"ballots\":[".utf8)
        for (place, (ballot, line)) in zip(election.ballots, described).enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            SealedBallots.append(ballot, JSON.read(Array(line.utf8)), election.languages, to: &text)
        }
        text += Array("]}".utf8)
        self.text = text
    }

    /// The text that a manifest carries; nil when it carries none.
    package init?(manifest: [UInt8]) {
        guard let text = JSON.read(manifest)?[SealedBallots.member]?.bytes else { return nil }
        self.text = text
    }

    /// The name among the sealed manifest's files, with SHA-256 in hexadecimal.
    package var file: (path: String, sha256: String) { ("served/\(SealedBallots.name)", hex(sha256(text))) }

    /// The manifest's member, as a line of it.
    var line: String {
        var line = Array("\"\(SealedBallots.member)\":".utf8)
        JSON.append(text: text, to: &line)
        return String(decoding: line, as: UTF8.self)
    }

    private static func append(
        _ ballot: Election.Ballot, _ line: JSON?, _ languages: [Language], to text: inout [UInt8]
    ) {
        text += Array("{\"ballot\":".utf8)
        JSON.append(text: Array(ballot.id.utf8), to: &text)
        text += Array(",\"uuid\":".utf8)
        JSON.append(text: line?["uuid"]?.bytes ?? [], to: &text)
        text += Array(",\"fingerprint\":".utf8)
        JSON.append(text: line?["fingerprint"]?.bytes ?? [], to: &text)
        text += Array(",\"texts\":".utf8)
        append(languages, to: &text) { language, text in append(ballot, language, to: &text) }
        text.append(UInt8(ascii: "}"))
    }

    private static func append(_ ballot: Election.Ballot, _ language: Language, to text: inout [UInt8]) {
        text += Array("{\"title\":".utf8)
        JSON.append(text: Array(ballot.title[language].utf8), to: &text)
        text += Array(",\"questions\":[".utf8)
        for (number, question) in ballot.questions.enumerated() {
            text += Array((number > 0 ? ",{\"title\":" : "{\"title\":").utf8)
            JSON.append(text: Array(question.title[language].utf8), to: &text)
            text += Array(",\"answers\":[".utf8)
            for (place, answer) in question.answers.enumerated() {
                if place > 0 { text.append(UInt8(ascii: ",")) }
                JSON.append(text: Array(answer[language].utf8), to: &text)
            }
            text += Array("]}".utf8)
        }
        text += Array("]}".utf8)
    }

    /// An object with a member for each language.
    private static func append(
        _ languages: [Language], to text: inout [UInt8], _ value: (Language, inout [UInt8]) -> Void
    ) {
        for (place, language) in languages.enumerated() {
            text += Array("\(place > 0 ? "," : "{")\"\(language.rawValue)\":".utf8)
            value(language, &text)
        }
        text.append(UInt8(ascii: "}"))
    }
}
