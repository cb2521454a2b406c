package import CommandLineKit
import Contacts
package import Delivery
import Documents
import Foundation
import Glibc
package import HTTPServer

/// Where the site listens: `server` in `isoloir.yaml`.
package struct ServerSettings {
    /// A numeric address of this machine.
    package var address = "127.0.0.1"
    /// Its port there.
    package var port = 8080
    /// A Unix socket instead of address and port.
    package var socket: String?
    var trustedProxies: [String] = []
    /// PEM files of an installation without a proxy.
    package var certificate: String?
    /// The private key of `certificate`, which this account alone may read.
    package var key: String?
    /// Where Prometheus asks, on this machine alone.
    var metricsPort: Int?
    /// Where the console listens when it does so apart from the voters' site.
    package var console: ConsoleSettings?

    /// The standard settings: this machine alone.
    package init() {}

    init(_ section: Section) {
        address = section.optionalText("address") ?? address
        port = section.number("port", in: 1...65_535, standard: port)
        socket = section.optionalText("socket")
        trustedProxies = section.texts("trustedProxies").map(\.text)
        certificate = section.optionalText("certificate")
        key = section.optionalText("key")
        let metrics = section.number("metrics", in: 0...65_535, standard: 0)
        metricsPort = metrics == 0 ? nil : metrics
        console = section.optionalSection("manager") { ConsoleSettings($0) }
        if (certificate == nil) != (key == nil) {
            section.fault("certificate", "\"certificate\" and \"key\" belong together")
        }
    }

    /// The server's options.
    /// - Throws: refused where a PEM file cannot be read, or others than this account and its group may read the key.
    package func options() throws(Refusal) -> ServerOptions {
        var options = ServerOptions()
        options.place = socket.map { .unix(path: $0) } ?? .tcp(address: address, port: port)
        options.trustedProxies = trustedProxies
        if let certificate, let key {
            options.certificate = (chain: try pem(certificate), key: try pem(key, isSecret: true))
        }
        return options
    }

    /// - Parameter isSecret: whether nobody but this account (and a group that root gave it, as distributions do) may read it.
    private func pem(_ path: String, isSecret: Bool = false) throws(Refusal) -> String {
        var status = stat()
        if isSecret, unsafe stat(path, &status) == 0, status.st_mode & 0o027 != 0 {
            throw Refusal(
                "The server's key \(path) can be read by every account, or changed by its group: run `chmod 640` or "
                    + "`chmod 600` on it, and consider whether it has been seen.")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Refusal("\(path) cannot be read: \"certificate\" and \"key\" in the settings name PEM files.")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Where the console listens: `server.manager` in `isoloir.yaml`.
package struct ConsoleSettings {
    /// As its staff reach it: `https://console.example.org`.
    package let url: String
    let address: String
    let port: Int

    init(_ section: Section) {
        let given = section.text("url")
        url = given.hasSuffix("/") ? String(given.dropLast()) : given
        address = section.optionalText("address") ?? "127.0.0.1"
        port = section.number("port", in: 1...65_535, standard: 8081)
        let origin = Origin(url)
        if origin == nil || origin?.scheme == .http && origin?.isLocal != true {
            section.fault(
                "url", "\"url\" must be https, a host and perhaps a port, without a path: https://console.example.org")
        }
    }

    /// The server's options: everything but the place is the voters' site's.
    func options(_ base: ServerOptions) -> ServerOptions {
        var options = base
        options.place = .tcp(address: address, port: port)
        // A staff of thirty, most of them in one office.
        (options.connections, options.connectionsByNetwork) = (200, 100)
        return options
    }
}

/// Where bounces come back: `mail.bounces` in `isoloir.yaml`.
package struct BounceSettings {
    /// The address that relays send bounces to; each message carries its own form of it.
    package let address: BounceAddress
    /// The Unix socket to which the mail server delivers them (LMTP).
    package let socket: String

    init?(_ section: Section) {
        let text = section.text("address")
        let socket = section.text("socket")
        guard let address = BounceAddress(text) else {
            section.fault(
                "address", "\"\(text)\" must be an address without a plus sign, such as bounces@vote.example.org")
            return nil
        }
        (self.address, self.socket) = (address, socket)
    }
}
