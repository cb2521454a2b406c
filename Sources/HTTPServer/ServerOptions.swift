/// How the server listens, and its limits.
package struct ServerOptions: Sendable {
    /// Where browsers or the proxy in front connect.
    package enum Place: Sendable, Equatable {
        /// A numeric address, IPv4 or IPv6, and a port.
        case tcp(address: String, port: Int)
        /// A Unix socket, for a proxy on the same machine; there `X-Forwarded-For` is believed.
        case unix(path: String)
    }

    /// Port 8080 of this machine alone, unless the settings say otherwise.
    package var place = Place.tcp(address: "127.0.0.1", port: 8080)
    /// Threads that read and answer. More than cores, since a commit makes one wait for the disk.
    package var threads = 4
    /// Bytes of a body that nobody reads: it is passed over, so that its sender sees the answer.
    package var unreadBody = FieldLimits.voterForm
    /// Bytes of bodies in memory at once: 128 of the longest ballots, 4,000 of the longest forms.
    package var bufferedBytes = 64 * 1024 * 1024
    /// Connections at once; each costs a descriptor and its memory.
    package var connections = 8000
    /// Connections at once of one IPv4 address or IPv6 /64: an eighth, which serves 150 browsers of a company with six each,
    /// and leaves the rest to everybody else. A proxy that is trusted may have them all.
    package var connectionsByNetwork = 1000
    /// Bytes of memory of a connection: the longest head that a request may have.
    package var memory = 10 * 1024
    /// Seconds without a byte after which a connection is closed.
    package var idleSeconds = 75
    /// Seconds within which a request must be complete, however slowly it drips.
    package var requestSeconds = 20
    /// Seconds within which an upload must be complete.
    package var uploadSeconds = 900
    /// Seconds within which the reader of an answer must have taken `readerBytes` more of it.
    package var readerSeconds = 60
    /// A hundred bytes and more in a second: the slowest telephone line does that, and only who wants to hold a connection and
    /// its answer for ever reads less.
    package var readerBytes = 8 * 1024
    /// Seconds for which the end waits for answers that are being made or sent.
    package var answerSeconds = 15.0
    /// Seconds for which the end waits for the rest of requests that have begun to come: a sender that stalls holds nothing up.
    package var arrivalSeconds = 2.0
    /// PEM texts; nil for HTTP behind a proxy.
    package var certificate: (chain: String, key: String)?
    /// Peers whose `X-Forwarded-For` is believed.
    package var trustedProxies: [String] = []

    /// For a machine of a few cores that serves by itself, without TLS.
    package init() {}
}

/// Why the server could not start.
package struct ServerFault: Error, CustomStringConvertible {
    /// A sentence with what to do about it.
    package let description: String
}
