package import BallotCore

/// Random numbers modulo q from the operating system.
package struct SystemScalars: ScalarSource {
    private var generator = SystemRandomNumberGenerator()

    /// Every one reads the same generator of the system.
    package init() {}

    /// Each byte is asked of the system's generator by itself: 48 for a number.
    package mutating func next() -> Scalar {
        // 384 bits modulo 256: the remainder is even to 2^-128.
        var bytes = InlineArray<48, UInt8>(repeating: 0)
        for index in 0..<48 { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
        return Scalar(reducing: bytes.span)
    }

    /// A new secret credential.
    /// - Returns: 14 random values below 58 and their check character: 82 bits.
    package mutating func credential() -> VotingCredential {
        var values = [UInt8]()
        for _ in 0..<14 { values.append(UInt8.random(in: 0..<58, using: &generator)) }
        guard let credential = VotingCredential(values: values.span) else {
            preconditionFailure("fourteen values below 58 are a credential")
        }
        return credential
    }

    /// A new identifier of an election: 14 base-58 characters (protocol section 2).
    /// - Returns: 82 random bits, so that no two elections have the same.
    package mutating func uuid() -> [UInt8] {
        (0..<14).map { _ in VotingCredential.digit(Int.random(in: 0..<58, using: &generator)) }
    }
}
