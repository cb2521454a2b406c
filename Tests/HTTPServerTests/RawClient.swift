import Foundation
import Glibc
import Testing

/// A client that sends bytes as they are, from any address of this machine.
final class RawClient {
    private let file: Int32

    /// Connects to a port of `address`, from the loopback address `source`.
    init(_ address: String, _ port: Int, from source: String = "127.0.0.1") throws {
        file = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let from = try RawClient.place(source, 0)
        let to = try RawClient.place(address, port)
        let isBound = unsafe RawClient.with(from) { unsafe bind(file, $0, $1) }
        let isConnected = unsafe RawClient.with(to) { unsafe connect(file, $0, $1) }
        try #require(isBound == 0 && isConnected == 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(file) }

    private static func place(_ address: String, _ port: Int) throws -> sockaddr_in {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = in_port_t(UInt16(port).bigEndian)
        try #require(unsafe inet_pton(AF_INET, address, &place.sin_addr) == 1)
        return place
    }

    private static func with(_ place: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Reads so many bytes of what has come, at most.
    func take(_ count: Int) {
        guard count > 0 else { return }
        var piece = [UInt8](repeating: 0, count: count)
        _ = unsafe recv(file, &piece, count, 0)
    }

    /// What comes until the server closes, or until `mark` stands in it.
    func answer(until mark: String? = nil) -> String {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe recv(file, &piece, piece.count, 0)
            guard count > 0 else { break }
            all += piece[..<count]
            if let mark, String(decoding: all, as: UTF8.self).contains(mark) { break }
        }
        return String(decoding: all, as: UTF8.self)
    }
}
