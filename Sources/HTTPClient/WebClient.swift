import CCurl
import Glibc

/// One HTTP request by libcurl, with limits on everything. The body is sent as it is; nothing is ever logged.
package enum WebClient {
    /// A gateway's answer.
    package struct Response {
        /// The status of HTTP.
        package let status: Int
        /// At most `largestAnswer` bytes, taken as UTF-8.
        package let body: String
        /// Where a redirection points, without query and fragment, at most `longestAddress` bytes; nil for any other answer.
        package let location: String?
    }

    /// Seconds to connect, and in all: a gateway that takes longer is down.
    private static let connectSeconds = 10
    private static let totalSeconds = 30
    private static let longestAddress = 200
    /// Largest answer of a gateway in bytes.
    private static let largestAnswer = 65_536

    /// Largest file of a site in bytes.
    private static let largestFile = 8 << 20
    /// A long file may take its time, but not this many seconds with less than so many bytes in each.
    private static let (slowSeconds, slowBytes) = (20, 1000)

    private final class Received {
        var bytes: [UInt8] = []
        var limit = largestAnswer
        /// Takes pieces instead, and says whether it wants more.
        var take: (([UInt8]) -> Bool)?
        var hasEnough = false
        /// Of `bytes`, where the headers come first.
        var headerBytes = 0
    }

    /// What came of a request.
    package enum Outcome {
        /// An answer came, whatever it says.
        case response(Response)
        /// The request never reached the gateway.
        case unsent(String)
        /// It may have: the connection broke afterwards.
        case unknown(String)
    }

    /// Posts a text and waits for the answer: at most `connectSeconds` to connect and `totalSeconds` in all, TLS 1.2
    /// at least.
    /// - Parameter headers: whole lines, `Name: value`; they may hold secrets.
    package static func post(_ url: String, headers: [String], body: String) -> Outcome {
        guard let request = Request(url, headers: headers + ["Expect:"]) else {
            return .unsent("libcurl could not start")
        }
        let received = Received()
        let curl = unsafe request.curl
        unsafe isoloir_curl_number(curl, CURLOPT_POSTFIELDSIZE, body.utf8.count)
        unsafe isoloir_curl_text(curl, CURLOPT_COPYPOSTFIELDS, body)
        unsafe isoloir_curl_number(curl, CURLOPT_TIMEOUT, totalSeconds)
        let context = unsafe Unmanaged.passUnretained(received).toOpaque()
        unsafe isoloir_curl_receiver(curl, WebClient.receive, context)
        let code = withExtendedLifetime((request, received)) { unsafe curl_easy_perform(curl) }
        guard code == CURLE_OK else {
            let reason = unsafe String(cString: curl_easy_strerror(code))
            return withExtendedLifetime(request) {
                unsafe isoloir_curl_sent(curl) == 0 ? .unsent(reason) : .unknown(reason)
            }
        }
        let status = withExtendedLifetime(request) { unsafe isoloir_curl_status(curl) }
        // Redirections are never followed: the text is a voter's.
        let location = withExtendedLifetime(request) {
            unsafe isoloir_curl_redirection(curl).map { unsafe String(cString: $0) }
        }
        return .response(
            Response(
                status: status, body: String(decoding: received.bytes, as: UTF8.self), location: location.map(shown)))
    }

    /// As much of an address as may stand in a message.
    private static func shown(_ address: String) -> String {
        String(decoding: address.prefix { $0 != "?" && $0 != "#" }.utf8.prefix(longestAddress), as: UTF8.self)
    }

    /// A public file, fetched as a browser would with these headers; nil when it cannot be had.
    package static func get(_ url: String, headers: [String]) -> (status: Int, body: [UInt8])? {
        let received = Received()
        received.limit = largestFile
        return fetch(url, headers: headers, received).map { ($0, received.bytes) }
    }

    /// A public page with the headers of its answer, as a browser would get it; nil when it cannot be had.
    /// - Returns: names of headers in small letters, in their order; one that stands twice stands twice here.
    package static func page(
        _ url: String, headers: [String]
    ) -> (status: Int, headers: [(name: String, value: String)], body: [UInt8])? {
        let received = Received()
        received.limit = largestFile
        guard let status = fetch(url, headers: headers, received, withHeaders: true) else { return nil }
        // Where the headers end curl knows; a body may begin as they do.
        let head = String(decoding: received.bytes.prefix(received.headerBytes), as: UTF8.self)
        let blocks = head.split(separator: "\r\n\r\n").map { block in
            block.split(separator: "\r\n").dropFirst().map { line -> (name: String, value: String) in
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count > 1 ? parts[1].trimmingPrefix { $0 == " " || $0 == "\t" } : ""
                return (parts[0].lowercased(), String(value))
            }
        }
        guard let last = blocks.last else { return nil }
        // Of words of before, such as 103, browsers take the links alone.
        let early = blocks.dropLast().joined().filter { $0.name == "link" }
        return (status, early + last, Array(received.bytes.dropFirst(received.headerBytes)))
    }

    /// The beginning of a public file of any length, piece by piece, until `take` wants no more.
    /// - Returns: the status; nil when the file cannot be had.
    package static func read(_ url: String, headers: [String], take: @escaping ([UInt8]) -> Bool) -> Int? {
        let received = Received()
        received.take = take
        return fetch(url, headers: headers, received)
    }

    /// One GET for all forms above; nil also where the answer is larger than the limit.
    /// - Parameter withHeaders: whether the answer's headers come before its body.
    private static func fetch(
        _ url: String, headers: [String], _ received: Received, withHeaders: Bool = false
    ) -> Int? {
        guard let request = Request(url, headers: headers) else { return nil }
        let curl = unsafe request.curl
        if withHeaders { unsafe isoloir_curl_number(curl, CURLOPT_HEADER, 1) }
        if received.take == nil {
            unsafe isoloir_curl_number(curl, CURLOPT_TIMEOUT, totalSeconds)
        } else {
            unsafe isoloir_curl_number(curl, CURLOPT_LOW_SPEED_TIME, slowSeconds)
            unsafe isoloir_curl_number(curl, CURLOPT_LOW_SPEED_LIMIT, slowBytes)
        }
        let context = unsafe Unmanaged.passUnretained(received).toOpaque()
        unsafe isoloir_curl_receiver(curl, WebClient.receive, context)
        let code = withExtendedLifetime((request, received)) { unsafe curl_easy_perform(curl) }
        guard code == CURLE_OK || received.hasEnough else { return nil }
        if withHeaders {
            received.headerBytes = withExtendedLifetime(request) { unsafe isoloir_curl_header_bytes(curl) }
        }
        return withExtendedLifetime(request) { unsafe isoloir_curl_status(curl) }
    }

    /// A handle of libcurl with what holds for every request: these protocols only, TLS 1.2 at least, no signals.
    @safe private final class Request {
        let curl: UnsafeMutableRawPointer
        private var list: UnsafeMutablePointer<curl_slist>?

        /// Nil where libcurl does not start, as without memory.
        init?(_ url: String, headers: [String]) {
            guard started, let curl = unsafe curl_easy_init() else { return nil }
            unsafe self.curl = curl
            for header in headers { unsafe list = curl_slist_append(list, header) }
            unsafe isoloir_curl_text(curl, CURLOPT_URL, url)
            unsafe isoloir_curl_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
            unsafe isoloir_curl_list(curl, CURLOPT_HTTPHEADER, list)
            unsafe isoloir_curl_number(curl, CURLOPT_NOSIGNAL, 1)
            unsafe isoloir_curl_number(curl, CURLOPT_CONNECTTIMEOUT, connectSeconds)
            unsafe isoloir_curl_number(curl, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        }

        deinit {
            unsafe curl_easy_cleanup(curl)
            unsafe curl_slist_free_all(list)
        }
    }

    private static let started = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private static let receive: curl_write_callback = { bytes, size, count, context in
        guard let context = unsafe context, let bytes = unsafe bytes else { return 0 }
        let received = unsafe Unmanaged<Received>.fromOpaque(context).takeUnretainedValue()
        if let take = received.take {
            let piece = unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: size * count) {
                unsafe [UInt8](UnsafeBufferPointer(start: $0, count: size * count))
            }
            if take(piece) { return size * count }
            received.hasEnough = true
            return 0
        }
        guard received.bytes.count + size * count <= received.limit else { return 0 }
        unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: size * count) {
            unsafe received.bytes.append(contentsOf: UnsafeBufferPointer(start: $0, count: size * count))
        }
        return size * count
    }
}
