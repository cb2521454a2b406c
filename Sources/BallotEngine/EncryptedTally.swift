package import BallotCore

/// The encrypted sums of all ballots: one ciphertext for each choice of each question (protocol section 9).
package struct EncryptedTally: Sendable {
    /// By question and choice, the blank vote's first where there is one.
    package private(set) var sums: [[Ciphertext<Element>]]
    /// How many were added; 0 in a tally that was read from a document.
    package private(set) var ballots = 0
    /// The sum of their weights: no total is above it. 0 in a tally that was read from a document, until
    /// `add(weightOnly:)`.
    package private(set) var weight = 0

    /// No ballots: every ciphertext is (1, 1).
    package init(_ questions: [Question]) {
        let none = Ciphertext(alpha: GMPGroup.one, beta: GMPGroup.one)
        sums = questions.map { Array(repeating: none, count: $0.choices) }
    }

    /// Adds a checked ballot.
    /// - Parameters:
    ///   - ballot: of the same form, its proofs checked by the caller.
    ///   - weight: 0 counts the ballot and adds nothing.
    package mutating func add(_ ballot: ReadBallot<Element>, weight: Int) {
        ballots += 1
        self.weight += weight
        guard weight > 0 else { return }
        for (question, answer) in ballot.answers.enumerated() {
            for (index, choice) in answer.choices.enumerated() {
                sums[question][index].alpha = EncryptedTally.sum(sums[question][index].alpha, choice.alpha, weight)
                sums[question][index].beta = EncryptedTally.sum(sums[question][index].beta, choice.beta, weight)
            }
        }
    }

    /// Takes note of the total weight of the ballots whose sums were read from a document.
    /// - Parameter weight: of all ballots in it.
    package mutating func add(weightOnly weight: Int) { self.weight += weight }

    /// Adds the sums of other ballots.
    /// - Parameter other: of the same questions.
    package mutating func add(_ other: EncryptedTally) {
        ballots += other.ballots
        weight += other.weight
        for question in sums.indices {
            for index in sums[question].indices {
                let more = other.sums[question][index]
                sums[question][index].alpha = GMPGroup.product(sums[question][index].alpha, more.alpha)
                sums[question][index].beta = GMPGroup.product(sums[question][index].beta, more.beta)
            }
        }
    }

    /// total * element^weight, for public numbers.
    private static func sum(_ total: Element, _ element: Element, _ weight: Int) -> Element {
        guard weight > 1 else { return GMPGroup.product(total, element) }
        let powers = GMPGroup.openPowers(element, [Scalar(weight)], member: false)
        return GMPGroup.product(total, powers.map { $0[0] } ?? GMPGroup.one)
    }

    /// The `encrypted_tally` document.
    package var document: [UInt8] {
        var text = Array("[".utf8)
        for (question, list) in sums.enumerated() {
            text += Array((question > 0 ? ",[" : "[").utf8)
            for (index, sum) in list.enumerated() {
                text += Array((index > 0 ? ",{\"alpha\":\"" : "{\"alpha\":\"").utf8) + digits(sum.alpha)
                text += Array("\",\"beta\":\"".utf8) + digits(sum.beta) + Array("\"}".utf8)
            }
            text += Array("]".utf8)
        }
        return text + Array("]".utf8)
    }

    /// The sums of a document; nil when it does not fit the questions or holds numbers outside the group.
    /// Its ballots and their weight are not known from it.
    package init?(document: [UInt8], questions: [Question]) {
        guard let list = JSON.read(document)?.list, list.count == questions.count else { return nil }
        self.init(questions)
        for (number, entry) in list.enumerated() {
            guard let choices = entry.list, choices.count == questions[number].choices else { return nil }
            for (index, choice) in choices.enumerated() {
                guard let alpha = EncryptedTally.member(choice["alpha"]),
                    let beta = EncryptedTally.member(choice["beta"])
                else { return nil }
                sums[number][index] = Ciphertext(alpha: alpha, beta: beta)
            }
        }
    }

    /// The group's member that a JSON text has; nil where it is none.
    static func member(_ json: JSON?) -> Element? {
        guard let digits = json?.bytes, let element = GMPGroup.element(digits.span), GMPGroup.isMember(element) else {
            return nil
        }
        return element
    }
}
