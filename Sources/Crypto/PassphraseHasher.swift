import CSodium
import Dispatch
import Glibc
import Synchronization

/// Argon2id on a bounded queue: no more hashes at once than cores, and no longer a queue than about two seconds of
/// work, so that a flood of sign-ins gets a clear "try again" instead of exhausting the machine.
package final class PassphraseHasher: Sendable {
    /// Argon2id's cost. The default is OWASP's recommendation: 19 MiB, two passes.
    package struct Cost: Sendable, Equatable {
        /// Argon2id's `t`, 1 and more.
        package let passes: Int
        /// Argon2id's memory for one hash; its parallelism is 1.
        package let mebibytes: Int

        /// OWASP's recommendation where nothing is said.
        package init(passes: Int = 2, mebibytes: Int = 19) {
            self.passes = passes
            self.mebibytes = mebibytes
        }
    }

    /// A result, or word that the queue is full, or memory short.
    package enum Outcome<Value: Sendable>: Sendable { case done(Value), busy(retryAfterSeconds: Int) }

    /// Measured at the default cost: about 50 hashes a second on one core.
    private static let hashesPerSecond = 50
    private static let queueSeconds = 2

    private let cost: Cost
    private let atOnce: Int
    private let slots: DispatchSemaphore
    private let limit: Int
    private let waiting = Mutex(0)

    /// - Parameters:
    ///   - limit: hashes waiting or under way at once; nil for about two seconds of this machine's work.
    ///   - threads: hashes under way at once; nil for one on each core.
    package init(cost: Cost = Cost(), limit: Int? = nil, threads: Int? = nil) {
        Sodium.require()
        self.cost = cost
        let cores = threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        atOnce = cores
        slots = DispatchSemaphore(value: cores)
        self.limit = limit ?? cores * PassphraseHasher.hashesPerSecond * PassphraseHasher.queueSeconds
    }

    /// The hash of a passphrase in libsodium's text form, which names its own cost.
    /// Waits in the queue for a free core, and then takes tens of milliseconds: never on a thread that serves others.
    package func hash(_ passphrase: Secret) -> Outcome<String> {
        queued {
            var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
            let code = passphrase.reveal { bytes in
                unsafe bytes.withUnsafeBufferPointer { buffer in
                    unsafe buffer.withMemoryRebound(to: CChar.self) { buffer in
                        unsafe "".withCString { empty in
                            unsafe crypto_pwhash_str_alg(
                                &text, buffer.baseAddress ?? empty, UInt64(buffer.count), UInt64(cost.passes),
                                cost.mebibytes << 20, crypto_pwhash_ALG_ARGON2ID13)
                        }
                    }
                }
            }
            // It fails for want of memory alone.
            guard code == 0 else { return nil }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Whether `passphrase` is the one behind `hash`.
    /// - Parameter hash: as `hash` gave it, of any cost; every other text fits no passphrase.
    package func verify(_ passphrase: Secret, against hash: String) -> Outcome<Bool> {
        queued {
            // What is not of our making fits nothing.
            guard let stored = ArgonText(hash) else { return false }
            var made = [UInt8](repeating: 0, count: ArgonText.tagCount)
            // libsodium's own check calls a failed allocation a wrong passphrase; this function tells them apart.
            let code = passphrase.reveal { bytes in
                unsafe bytes.withUnsafeBufferPointer { buffer in
                    unsafe buffer.withMemoryRebound(to: CChar.self) { buffer in
                        unsafe "".withCString { empty in
                            unsafe crypto_pwhash(
                                &made, UInt64(made.count), buffer.baseAddress ?? empty, UInt64(buffer.count),
                                stored.salt,
                                UInt64(stored.passes), stored.kibibytes << 10, crypto_pwhash_ALG_ARGON2ID13)
                        }
                    }
                }
            }
            return code == 0 ? Secret(made).matches(Secret(stored.tag)) : nil
        }
    }

    /// Whether a text is a hash as `hash` makes them, of any cost.
    package static func isHash(_ text: String) -> Bool { ArgonText(text) != nil }

    /// Whether a stored hash was made at another cost and should be made again at the next sign-in.
    /// - Returns: also true for what is no hash.
    package func isOutdated(_ hash: String) -> Bool {
        unsafe crypto_pwhash_str_needs_rehash(hash, UInt64(cost.passes), cost.mebibytes << 20) != 0
    }

    /// Mebibytes that all hashes at once take. libsodium takes each hash's memory when it begins and gives it back at its end;
    /// it cannot be handed buffers.
    package var mebibytes: Int { atOnce * cost.mebibytes }

    /// Whether the system gives the memory for as many hashes at once as there may ever be: each is made once.
    package func rehearse() -> Bool {
        let count = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: atOnce) { _ in
            if case .done = hash(Secret("a trial")) { count.withLock { $0 += 1 } }
        }
        return count.withLock { $0 } == atOnce
    }

    /// Runs `work` on the calling thread once a core is free.
    /// - Parameter work: nil when there was no memory for it: that is busy, never a wrong passphrase.
    private func queued<Value: Sendable>(_ work: () -> Value?) -> Outcome<Value> {
        let admitted = waiting.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard admitted else { return .busy(retryAfterSeconds: PassphraseHasher.queueSeconds) }
        defer { waiting.withLock { $0 -= 1 } }
        slots.wait()
        defer { slots.signal() }
        return work().map { .done($0) } ?? .busy(retryAfterSeconds: PassphraseHasher.queueSeconds)
    }
}
