import CTLS
import Glibc

/// A site's certificate: whom it is for, and how long it lasts.
package enum SiteCertificate {
    /// What a certificate came to; one that ends within `fewDays` is a fault.
    package enum Verdict: Sendable, Equatable {
        /// Whole days that it lasts.
        case good(days: Int)
        /// What is wrong, with the cure.
        case fault(String)
    }

    /// Days before its end at which a certificate should have been renewed: programs that renew do it 30 days before.
    private static let fewDays = 14

    /// The files that the server itself reads.
    package static func files(chain: String, key: String, host: String) -> Verdict {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { return .fault("OpenSSL cannot start") }
        defer { unsafe SSL_CTX_free(context) }
        guard unsafe SSL_CTX_use_certificate_chain_file(context, chain) == 1 else {
            return .fault("\(chain) holds no certificate in PEM: give the whole chain, the site's own first")
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1,
            unsafe SSL_CTX_check_private_key(context) == 1
        else { return .fault("\(key) is not the key of \(chain): give the pair that was made together") }
        guard let certificate = unsafe SSL_CTX_get0_certificate(context) else {
            return .fault("\(chain) holds no certificate")
        }
        return unsafe judge(certificate, host)
    }

    /// The one that browsers are shown, checked as they do.
    /// - Parameter seconds: how long the answer may take.
    package static func shown(host: String, port: Int, seconds: Int) -> Verdict {
        guard let context = TLSContext(certificates: nil) else {
            return .fault("the certificates to trust cannot be loaded: install ca-certificates")
        }
        let addresses = Address.resolve(host, port: port)
        guard !addresses.isEmpty else {
            return .fault("\(host) is not known to the resolver: correct the election's address, or the name's entry")
        }
        let end = MailEngine.now + seconds
        guard let socket = connected(addresses, until: end) else {
            return .fault("nothing answers at \(host), port \(port): start nginx and the service, open the port")
        }
        defer { close(socket) }
        guard let ssl = unsafe SSL_new(context.raw) else { return .fault("OpenSSL cannot start") }
        defer { unsafe SSL_free(ssl) }
        unsafe SSL_set_fd(ssl, socket)
        unsafe isoloir_set_server_name(ssl, host)
        unsafe SSL_set1_host(ssl, host)
        while true {
            let code = unsafe SSL_connect(ssl)
            if code == 1 { break }
            let reason = unsafe SSL_get_error(ssl, code)
            let isWaiting = reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE
            guard isWaiting, wait(socket, reason == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until: end) else {
                let verdict = unsafe SSL_get_verify_result(ssl)
                guard verdict != Int(X509_V_OK) else {
                    return .fault(
                        "\(host), port \(port), does not speak TLS: name the certificate in the settings or in nginx")
                }
                let words = unsafe String(cString: X509_verify_cert_error_string(verdict))
                return .fault("the certificate of \(host) is not good: \(words); renew it, with its whole chain")
            }
        }
        guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else {
            return .fault("\(host) shows no certificate")
        }
        defer { unsafe X509_free(certificate) }
        return unsafe judge(certificate, host)
    }

    /// A connection to the first address that takes one.
    private static func connected(_ addresses: [Address], until end: Int) -> Int32? {
        for address in addresses {
            let socket = Glibc.socket(
                address.family,
                Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard socket >= 0 else { continue }
            if address.connect(socket) == 0 || errno == EINPROGRESS, wait(socket, POLLOUT, until: end) { return socket }
            close(socket)
        }
        return nil
    }

    /// Whether a certificate is for the host and lasts long enough.
    private static func judge(_ certificate: OpaquePointer, _ host: String) -> Verdict {
        guard unsafe X509_check_host(certificate, host, host.utf8.count, 0, nil) == 1 else {
            return .fault("the certificate is not for \(host): get one for the election's address")
        }
        var (days, seconds): (Int32, Int32) = (0, 0)
        guard unsafe ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(certificate)) == 1 else {
            return .fault("the certificate's end cannot be read")
        }
        guard days >= 0, seconds >= 0 else { return .fault("the certificate has expired: renew it") }
        guard days >= fewDays else {
            return .fault("the certificate ends in \(days) days: renew it, and see why that did not happen by itself")
        }
        return .good(days: Int(days))
    }

    /// Waits until a socket can be read or written; false when the time is over or the connection failed.
    /// - Parameter end: monotonic seconds.
    private static func wait(_ socket: Int32, _ event: Int32, until end: Int) -> Bool {
        var state = pollfd(fd: socket, events: Int16(event), revents: 0)
        let left = max(0, end - MailEngine.now)
        guard unsafe poll(&state, 1, Int32(left * 1000)) > 0 else { return false }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0
    }
}
