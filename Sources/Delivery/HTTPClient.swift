import CCurl
import Glibc

/// One HTTP request by libcurl, with limits on everything. The body is sent as it is; nothing is ever logged.
enum HTTPClient {
    struct Response { let status: Int, body: String }

    /// Seconds to connect, and in all: a gateway that takes longer is down.
    private static let connectSeconds = 10
    private static let totalSeconds = 30
    /// Largest answer of a gateway in bytes.
    private static let largestAnswer = 65_536

    /// Largest file of a site in bytes.
    private static let largestFile = 8 << 20

    private final class Received {
        var bytes: [UInt8] = []
        var limit = largestAnswer
    }

    /// What came of a request.
    enum Outcome {
        case response(Response)
        /// The request never reached the gateway.
        case unsent(String)
        /// It may have: the connection broke afterwards.
        case unknown(String)
    }

    /// - Parameter headers: whole lines, `Name: value`; they may hold secrets.
    static func post(_ url: String, headers: [String], body: String) -> Outcome {
        guard started, let curl = unsafe curl_easy_init() else { return .unsent("libcurl could not start") }
        defer { unsafe curl_easy_cleanup(curl) }
        var list: UnsafeMutablePointer<curl_slist>?
        for header in headers + ["Expect:"] { unsafe list = curl_slist_append(list, header) }
        defer { unsafe curl_slist_free_all(list) }
        let received = Received()
        unsafe isoloir_curl_text(curl, CURLOPT_URL, url)
        unsafe isoloir_curl_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe isoloir_curl_list(curl, CURLOPT_HTTPHEADER, list)
        unsafe isoloir_curl_number(curl, CURLOPT_POSTFIELDSIZE, body.utf8.count)
        unsafe isoloir_curl_text(curl, CURLOPT_COPYPOSTFIELDS, body)
        unsafe isoloir_curl_number(curl, CURLOPT_NOSIGNAL, 1)
        unsafe isoloir_curl_number(curl, CURLOPT_CONNECTTIMEOUT, connectSeconds)
        unsafe isoloir_curl_number(curl, CURLOPT_TIMEOUT, totalSeconds)
        unsafe isoloir_curl_number(curl, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        let context = unsafe Unmanaged.passUnretained(received).toOpaque()
        unsafe isoloir_curl_receiver(curl, HTTPClient.receive, context)
        let code = withExtendedLifetime(received) { unsafe curl_easy_perform(curl) }
        guard code == CURLE_OK else {
            let reason = unsafe String(cString: curl_easy_strerror(code))
            return unsafe isoloir_curl_sent(curl) == 0 ? .unsent(reason) : .unknown(reason)
        }
        return .response(
            Response(status: unsafe isoloir_curl_status(curl), body: String(decoding: received.bytes, as: UTF8.self)))
    }

    /// A public file, fetched as a browser would with these headers; nil when it cannot be had.
    static func get(_ url: String, headers: [String]) -> (status: Int, body: [UInt8])? {
        guard started, let curl = unsafe curl_easy_init() else { return nil }
        defer { unsafe curl_easy_cleanup(curl) }
        var list: UnsafeMutablePointer<curl_slist>?
        for header in headers { unsafe list = curl_slist_append(list, header) }
        defer { unsafe curl_slist_free_all(list) }
        let received = Received()
        received.limit = largestFile
        unsafe isoloir_curl_text(curl, CURLOPT_URL, url)
        unsafe isoloir_curl_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe isoloir_curl_list(curl, CURLOPT_HTTPHEADER, list)
        unsafe isoloir_curl_number(curl, CURLOPT_NOSIGNAL, 1)
        unsafe isoloir_curl_number(curl, CURLOPT_CONNECTTIMEOUT, connectSeconds)
        unsafe isoloir_curl_number(curl, CURLOPT_TIMEOUT, totalSeconds)
        let context = unsafe Unmanaged.passUnretained(received).toOpaque()
        unsafe isoloir_curl_receiver(curl, HTTPClient.receive, context)
        let code = withExtendedLifetime(received) { unsafe curl_easy_perform(curl) }
        guard code == CURLE_OK else { return nil }
        return (unsafe isoloir_curl_status(curl), received.bytes)
    }

    private static let started = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private static let receive: curl_write_callback = { bytes, size, count, context in
        guard let context = unsafe context, let bytes = unsafe bytes else { return 0 }
        let received = unsafe Unmanaged<Received>.fromOpaque(context).takeUnretainedValue()
        guard received.bytes.count + size * count <= received.limit else { return 0 }
        unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: size * count) {
            unsafe received.bytes.append(contentsOf: UnsafeBufferPointer(start: $0, count: size * count))
        }
        return size * count
    }
}
