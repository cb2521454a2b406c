import BallotCore
import BallotEngine
import Testing

struct SealingTests {
    /// A form of one question, its group by both engines, and a secret.
    struct Booth {
        let form: BallotForm
        let native: GMPGroup
        let core: CoreGroup
        let secret: Scalar

        init(_ questions: [Question]) throws {
            var source = SystemScalars()
            let key = digits(GMPGroup.generatorPower(source.next()))
            let uuid = source.uuid()
            form = BallotForm(
                uuid: uuid, fingerprint: Base64.digest(Array("an election".utf8).span), questions: questions)
            native = try #require(GMPGroup(key: key))
            let slow = try #require(residue(key))
            core = CoreGroup(key: slow)
            secret = source.credential().exponent(uuid: uuid.span)
        }

        func sealNatively(_ choices: [[UInt8]]) -> [UInt8]? {
            var sealer = BallotSealer(group: native, form: form, source: SystemScalars())
            return sealer.seal(choices, secret: secret)
        }

        func sealByCore(_ choices: [[UInt8]]) -> [UInt8]? {
            var sealer = BallotSealer(group: core, form: form, source: SystemScalars())
            return sealer.seal(choices, secret: secret)
        }

        func check(_ ballot: [UInt8]) throws(BallotFault) {
            _ = try BallotChecker(group: native, form: form).check(ballot)
            _ = try BallotChecker(group: core, form: form).check(ballot)
        }
    }

    static let forms: [(Question, [[UInt8]])] = [
        (Question(answers: 3, hasBlank: false, least: 1, most: 1), [[1, 0, 0], [0, 0, 1]]),
        (Question(answers: 3, hasBlank: false, least: 0, most: 3), [[0, 0, 0], [1, 1, 1], [0, 1, 0]]),
        (Question(answers: 2, hasBlank: true, least: 1, most: 2), [[1, 0, 0], [0, 1, 0], [0, 1, 1]]),
        (Question(answers: 2, hasBlank: true, least: 0, most: 1), [[1, 0, 0], [0, 0, 0], [0, 0, 1]]),
        (Question(answers: 1, hasBlank: true, least: 1, most: 1), [[1, 0], [0, 1]]),
    ]

    /// With 1 for a key the second half of a ciphertext is g to the vote.
    @Test(arguments: ["0", "1", "2"])
    func `what leaves ballots in clear is no election's key`(key: String) throws {
        #expect(GMPGroup(key: Array(key.utf8)) == nil)
        #expect(residue(Array(key.utf8))?.isKey != true)
    }

    @Test func `a trustee's power of the generator is a key`() throws {
        var source = SystemScalars()
        let key = digits(GMPGroup.generatorPower(source.next()))
        #expect(GMPGroup(key: key) != nil)
        #expect(try #require(residue(key)).isKey)
    }

    @Test(arguments: forms.indices)
    func `each engine's ballots pass both engines' checks`(number: Int) throws {
        let (question, votes) = SealingTests.forms[number]
        let booth = try Booth([question])
        for vote in votes {
            try booth.check(try #require(booth.sealNatively([vote])))
            try booth.check(try #require(booth.sealByCore([vote])))
        }
    }

    @Test func `a ballot of several questions is sealed and counted`() throws {
        let booth = try Booth(SealingTests.forms.map(\.0))
        let ballot = try #require(booth.sealNatively(SealingTests.forms.map { $0.1[0] }))
        try booth.check(ballot)
    }

    @Test(arguments: [[1, 1, 0], [0, 0, 0], [2, 0, 0], [1, 0], [1, 0, 0, 0]] as [[UInt8]])
    func `what is no vote is not sealed`(choices: [UInt8]) throws {
        let booth = try Booth([SealingTests.forms[0].0])
        #expect(booth.sealNatively([choices]) == nil)
    }

    @Test func `blank and a candidate together are no vote`() throws {
        let booth = try Booth([SealingTests.forms[2].0])
        #expect(booth.sealNatively([[1, 1, 0]]) == nil)
    }

    @Test func `both engines compute the same powers and products`() throws {
        var source = SystemScalars()
        let booth = try Booth([SealingTests.forms[0].0])
        for exponent in [Scalar.zero, Scalar(1), Scalar(-1), source.next(), source.next()] {
            var (core, plain): ([UInt8], [UInt8]) = ([], [])
            booth.core.append(booth.core.keyPower(exponent), to: &core)
            booth.native.append(booth.native.keyPower(exponent), to: &plain)
            #expect(core == plain)
            let base = GMPGroup.generatorPower(source.next())
            let others = [exponent, source.next()]
            let open = try #require(GMPGroup.openPowers(base, others, member: true))
            #expect(digits(GMPGroup.secretPower(base, exponent)) == digits(open[0]))
            #expect(digits(GMPGroup.openPowers(base, [exponent], member: false)?[0] ?? base) == digits(open[0]))
            var slow: [UInt8] = []
            let other = try #require(residue(digits(base)))
            other.power(exponent).appendDecimal(to: &slow)
            #expect(slow == digits(open[0]))
        }
    }

    @Test func `zero, p, p - 1 and long numbers are no members of the group`() throws {
        let p =
            "20694785691422546401013643657505008064922989295751104097100884787057374219242717401922237254497684338129066633138078958404960054389636289796393038773905722803605973749427671376777618898589872735865049081167099310535867780980030790491654063777173764198678527273474476341835600035698305193144284561701911000786737307333564123971732897913240474578834468260652327974647951137672658693582180046317922073668860052627186363386088796882120769432366149491002923444346373222145884100586421050242120365433561201320481118852408731077014151666200162313177169372189248078507711827842317498073276598828825169183103125680162072880719"
        for digits in [p, "9" + p.dropFirst(), "00", "01", "", "-1", "1a"] {
            #expect(element(Array(digits.utf8)) == nil)
            #expect(residue(Array(digits.utf8)) == nil)
        }
        for digits in ["0", String(p.dropLast()) + "8", "2"] {
            let (fast, slow) = (try #require(element(Array(digits.utf8))), try #require(residue(Array(digits.utf8))))
            #expect(!GMPGroup.isMember(fast))
            #expect(!slow.isMember)
        }
        #expect(GMPGroup.isMember(try #require(element(Array("1".utf8)))))
    }
}
