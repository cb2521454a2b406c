import CSodium

/// Where random bytes come from; injected, so that a test can repeat itself.
package struct Randomness: Sendable {
    private let fill: @Sendable (Int) -> [UInt8]

    /// - Parameter fill: gives as many bytes as it is asked for.
    package init(_ fill: @escaping @Sendable (Int) -> [UInt8]) { self.fill = fill }

    /// `count` random bytes.
    package func bytes(_ count: Int) -> [UInt8] { fill(count) }

    /// `count` numbers below `bound` (2...256), each equally likely.
    package func numbers(_ count: Int, below bound: Int) -> [Int] {
        let limit = 256 - 256 % bound  // bytes from here on would favour the small numbers
        var result: [Int] = []
        result.reserveCapacity(count)
        while result.count < count {
            for byte in bytes(count + 4) where Int(byte) < limit && result.count < count {
                result.append(Int(byte) % bound)
            }
        }
        return result
    }

    /// The operating system's generator.
    package static let system = Randomness { count in
        Sodium.require()
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { unsafe randombytes_buf(base, buffer.count) }
        }
        return bytes
    }
}
