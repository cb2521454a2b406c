import BallotCore
import BallotEngine
import Foundation
import Testing

/// Ballots by somebody who holds a credential and a computer: hash and signature are right, and only the proofs stand between
/// them and a forged vote.
struct ProofTests {
    /// The ballot signed anew by the credential's holder.
    private func signed(_ body: String, _ booth: SealingTests.Booth) -> [UInt8] {
        let unsigned = Array(body.utf8) + [125]
        let digest = Base64.digest(unsigned.span)
        var source = SystemScalars()
        let nonce = source.next()
        var hash = SHA256()
        let text = Array("sig|".utf8) + digest + Array("|".utf8) + digits(GMPGroup.generatorPower(nonce))
        hash.update(text.span)
        let sum = hash.finish()
        let challenge = Scalar(reducing: sum.span)
        let response = nonce - booth.secret * challenge
        let proof = "{\"challenge\":\"\(decimal(challenge))\",\"response\":\"\(decimal(response))\"}"
        return Array("\(body),\"signature\":{\"hash\":\"\(BallotTests.text(digest))\",\"proof\":\(proof)}}".utf8)
    }

    /// The ballot without its signature, changed and signed anew.
    private func forged(
        _ ballot: [UInt8], _ booth: SealingTests.Booth, _ change: (String) throws -> String
    ) throws -> [UInt8] {
        let whole = text(ballot)
        let end = try #require(whole.range(of: ",\"signature\""))
        return signed(try change(String(whole[..<end.lowerBound])), booth)
    }

    private func fault(_ ballot: [UInt8], _ booth: SealingTests.Booth) -> (BallotFault?, BallotFault?) {
        func thrown(_ body: () throws(BallotFault) -> Void) -> BallotFault? {
            do throws(BallotFault) {
                try body()
                return nil
            } catch { return error }
        }
        let native = thrown { () throws(BallotFault) in
            _ = try BallotChecker(group: booth.native, form: booth.form).check(ballot)
        }
        let core = thrown { () throws(BallotFault) in
            _ = try BallotChecker(group: booth.core, form: booth.form).check(ballot)
        }
        return (native, core)
    }

    private static func changed(_ body: String, after mark: String) throws -> String {
        let start = try #require(body.range(of: mark)).upperBound
        let place = body.index(start, offsetBy: 12)
        return body[..<place] + (body[place] == "1" ? "2" : "1") + body[body.index(after: place)...]
    }

    /// The number behind a mark put in place of another.
    private static func replaced(_ body: String, after mark: String, by number: String) throws -> String {
        let start = try #require(body.range(of: mark)).upperBound
        let end = try #require(body[start...].firstIndex(of: "\""))
        return body[..<start] + number + body[end...]
    }

    private static let form = Question(answers: 2, hasBlank: true, least: 1, most: 1)

    @Test(arguments: [
        ("\"individual_proofs\":[[{\"challenge\":\"", BallotFault.wrongIndividualProof(question: 0, choice: 0)),
        ("\"overall_proof\":[{\"challenge\":\"", .wrongOverallProof(question: 0)),
        ("\"blank_proof\":[{\"challenge\":\"", .wrongBlankProof(question: 0)),
    ])
    func `a changed proof is found although hash and signature fit`(mark: String, expected: BallotFault) throws {
        let booth = try SealingTests.Booth([ProofTests.form])
        let ballot = try #require(booth.sealNatively([[0, 1, 0]]))
        // The same signing without a change is accepted: the test's own test.
        #expect(fault(try forged(ballot, booth) { $0 }, booth) == (nil, nil))
        let bad = try forged(ballot, booth) { try ProofTests.changed($0, after: mark) }
        #expect(fault(bad, booth) == (expected, expected))
    }

    @Test(arguments: [
        "0", "2",
        "20694785691422546401013643657505008064922989295751104097100884787057374219242717401922237254497684338129066633138078958404960054389636289796393038773905722803605973749427671376777618898589872735865049081167099310535867780980030790491654063777173764198678527273474476341835600035698305193144284561701911000786737307333564123971732897913240474578834468260652327974647951137672658693582180046317922073668860052627186363386088796882120769432366149491002923444346373222145884100586421050242120365433561201320481118852408731077014151666200162313177169372189248078507711827842317498073276598828825169183103125680162072880718",
    ])
    func `a number outside the group is found although hash and signature fit`(number: String) throws {
        let booth = try SealingTests.Booth([ProofTests.form])
        let ballot = try #require(booth.sealNatively([[0, 1, 0]]))
        for mark in ["\"alpha\":\"", "\"beta\":\""] {
            let bad = try forged(ballot, booth) { try ProofTests.replaced($0, after: mark, by: number) }
            #expect(fault(bad, booth) == (.outsideGroup(.choice), .outsideGroup(.choice)))
        }
    }

    /// A vote that counts twice: beta times g, with the proofs of the single one.
    @Test func `a choice that counts twice is found although hash and signature fit`() throws {
        let booth = try SealingTests.Booth([ProofTests.form])
        let ballot = try #require(booth.sealNatively([[0, 1, 0]]))
        let bad = try forged(ballot, booth) { body in
            let marks = body.ranges(of: "\"beta\":\"")
            let start = marks[1].upperBound
            let end = try #require(body[start...].firstIndex(of: "\""))
            let beta = try #require(element(Array(body[start..<end].utf8)))
            let twice = GMPGroup.product(beta, GMPGroup.generatorPower(Scalar(1)))
            return body[..<start] + text(digits(twice)) + body[end...]
        }
        let expected = BallotFault.wrongIndividualProof(question: 0, choice: 1)
        #expect(fault(bad, booth) == (expected, expected))
    }

    /// Two answers where one is allowed: each choice is proven, their number is not.
    @Test func `too many answers are found although every single choice is proven`() throws {
        let wide = Question(answers: 3, hasBlank: false, least: 1, most: 2)
        let narrow = Question(answers: 3, hasBlank: false, least: 1, most: 1)
        let booth = try SealingTests.Booth([wide])
        let ballot = try #require(booth.sealNatively([[1, 1, 0]]))
        // The number's proof is cut to the one entry that the narrow question wants.
        let bad = try forged(ballot, booth) { body in
            let start = try #require(body.range(of: "\"overall_proof\":[")).upperBound
            let first = try #require(body[start...].firstIndex(of: "}"))
            let end = try #require(body[start...].range(of: "]}")).lowerBound
            return String(body[...first] + body[end...])
        }
        let form = BallotForm(uuid: booth.form.uuid, fingerprint: booth.form.fingerprint, questions: [narrow])
        #expect(throws: BallotFault.wrongOverallProof(question: 0)) {
            _ = try BallotChecker(group: booth.native, form: form).check(bad)
        }
    }
}
