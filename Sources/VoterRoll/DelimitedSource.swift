import Glibc

/// A CSV file read as a stream (RFC 4180): fixed memory, fields unescaped in place.
/// A first pass (`EncodingDetector`) finds encoding and separator, a second one hands out the rows; so the file must be one that
/// can be read twice. The bytes of a row are UTF-8 whatever the file's encoding, and lie in the buffer until the next
/// row.
final class DelimitedSource: RowSource {
    /// With ` with BOM` behind it where a mark stands before UTF-8.
    let encoding: String
    /// Of what the first pass found.
    let doubt: CentralEuropeanSigns.Finding?
    /// A text has none.
    let sheets: [String] = []
    var separator: String { delimiter == UInt8(ascii: "\t") ? "tab" : String(UnicodeScalar(delimiter)) }

    /// For what errors say.
    private let path: String
    /// Open for reading as long as the source lives.
    private let file: Int32
    /// Then bytes go into the buffer as they are.
    private let isUTF8: Bool
    /// Of the file's encoding; unused for UTF-8.
    private var decoder: TextDecoder
    /// The byte between fields, found by the survey.
    private let delimiter: UInt8
    /// Whether the first line only names the separator.
    private let hasSeparatorLine: Bool
    /// `RollLimits.row` bytes of UTF-8, of which `start..<end` is still to be read.
    private var buffer: [UInt8]
    /// Bytes as they stand in a file of another encoding.
    private var raw: [UInt8]
    /// Room for one piece in UTF-8.
    private var decoded: [UInt8] = []
    /// Where the next row begins in `buffer`.
    private var start = 0
    /// How far `buffer` is filled.
    private var end = 0
    /// Whether the file has no more bytes.
    private var atEnd = false

    /// - Parameter map: what headings mean besides the known ones: by its headings a file's separator is found.
    /// - Throws: when the file cannot be opened or read, is no text, or is in an encoding that cannot be told.
    init(path: String, map: [String: Column] = [:]) throws(RollFileError) {
        self.path = path
        file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw RollFileError(file: path, line: 0, message: unsafe String(cString: strerror(errno)))
        }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw RollFileError(
                file: path, line: 0,
                message: "this is no file that can be read twice (a pipe or a folder): save it and give its name")
        }
        buffer = [UInt8](repeating: 0, count: RollLimits.row)
        raw = [UInt8](repeating: 0, count: RollLimits.row / TextDecoder.growth)
        do throws(RollFileError) {
            let survey = try EncodingDetector(file, path, map: map)
            isUTF8 = survey.encoding == .utf8
            decoder = TextDecoder(survey.encoding)
            encoding = survey.encoding.name + (survey.hasMark ? " with BOM" : "")
            (delimiter, hasSeparatorLine) = (survey.delimiter, survey.hasSeparatorLine)
            doubt = survey.doubt
        } catch {
            close(file)
            throw error
        }
        lseek(file, 0, SEEK_SET)
    }

    deinit { close(file) }

    /// A text has none.
    func merges(of sheet: Int) -> [MergedCells] { [] }

    /// - Throws: when the file is no CSV from some line on, or a row is longer than `RollLimits.row` bytes; what
    ///   `body` throws. A file is read once: a second call hands out nothing.
    func forEachRow(
        _ body: (Span<UInt8>, RowFields) throws(RollFileError) -> Void
    ) throws(RollFileError) {
        var line = 1
        var fields = RowFields(ranges: [], line: 1)
        _ = try fill(line)
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
        if hasSeparatorLine { line += skipLine() }
        while true {
            if start == end, try !fill(line) { return }
            var escaped: [Int] = []
            fields.line = line
            guard let (next, lines) = try row(&fields.ranges, &escaped, line) else { continue }
            for index in escaped { unescape(&fields.ranges[index]) }
            let bytes = buffer  // shared, not copied: it is let go before the buffer changes
            if !fields.isBlank(bytes.span) { try body(bytes.span, fields) }
            line += lines
            start = next
        }
    }

    /// Passes over the first line; returns how many line ends it had.
    private func skipLine() -> Int {
        while start < end, buffer[start] != 10, buffer[start] != 13 { start += 1 }
        guard start < end else { return 0 }
        start += start + 1 < end && buffer[start] == 13 && buffer[start + 1] == 10 ? 2 : 1
        return 1
    }

    /// Finds the fields of the row at `start`; nil when more had to be read first.
    /// - Parameters:
    ///   - ranges: becomes where the row's fields lie.
    ///   - escaped: gets the places of fields in which quotes are doubled.
    ///   - line: on which the row begins, for what errors say.
    private func row(
        _ ranges: inout [Range<Int>], _ escaped: inout [Int], _ line: Int
    ) throws(RollFileError) -> (next: Int, lines: Int)? {
        ranges.removeAll(keepingCapacity: true)
        let scan = RowScan(delimiter: delimiter, end: end, atEnd: atEnd)
        switch scan.row(buffer.span, from: start, &ranges, &escaped) {
        case .row(let next, let lines): return (next, lines)
        case .needsMore:
            // What follows decides, and reading it moves the buffer: the row is begun again.
            _ = try fill(line)
            return nil
        case .fault(let lines, let message): throw RollFileError(file: path, line: line + lines, message: message)
        }
    }

    /// Collapses doubled quotes.
    private func unescape(_ range: inout Range<Int>) {
        var write = range.lowerBound
        var read = range.lowerBound
        while read < range.upperBound {
            buffer[write] = buffer[read]
            read += buffer[read] == UInt8(ascii: "\"") ? 2 : 1
            write += 1
        }
        range = range.lowerBound..<write
    }

    /// Moves the rest to the front and reads more; false at the end of the file.
    /// - Parameter line: for what errors say.
    /// - Throws: when the row that begins the buffer fills all of it.
    private func fill(_ line: Int) throws(RollFileError) -> Bool {
        if atEnd { return false }
        if start > 0 {
            let (from, count) = (start, end - start)
            unsafe buffer.withUnsafeMutableBytes { bytes in
                if let base = bytes.baseAddress { unsafe _ = memmove(base, base + from, count) }
            }
            end -= start
            start = 0
        }
        guard end < buffer.count - 8 else {
            throw RollFileError(
                file: path, line: line, message: "a row longer than \(RollLimits.row) bytes: a quote may not be closed")
        }
        return try isUTF8 ? fillAsItIs(line) : fillDecoded(line)
    }

    /// Reads UTF-8 behind `end`; false at the end of the file.
    private func fillAsItIs(_ line: Int) throws(RollFileError) -> Bool {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe read(file, $0 + end, bytes.count - end) } ?? 0
        }
        guard count > 0 else { return try end(count, line) }
        end += count
        return true
    }

    /// Reads another encoding and puts its UTF-8 behind `end`; false at the end of the file.
    private func fillDecoded(_ line: Int) throws(RollFileError) -> Bool {
        let count = unsafe read(file, &raw, min(raw.count, (buffer.count - end) / TextDecoder.growth))
        guard count > 0 else { return try end(count, line) }
        decoded.removeAll(keepingCapacity: true)
        decoder.decode(raw.span.extracting(0..<count), onto: &decoded)
        buffer.replaceSubrange(end..<end + decoded.count, with: decoded)
        end += decoded.count
        return true
    }

    /// The end of the file; a file that cannot be read on is none, or the voters behind it would count as missing.
    private func end(_ count: Int, _ line: Int) throws(RollFileError) -> Bool {
        guard count == 0 else {
            throw RollFileError(
                file: path, line: line,
                message: "the file cannot be read on: \(unsafe String(cString: strerror(errno)))")
        }
        atEnd = true
        return false
    }
}
