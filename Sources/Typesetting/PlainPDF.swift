/// Makes of the PDF that cairo writes, while it writes, one that printing houses take: black and grey without transparency
/// (cairo writes red, green and blue, and a transparency group for every page), with a language, and with the codes of every sheet.
///
/// It knows the form of what cairo 1.16 writes (objects one after the other, streams packed, their lengths behind them, a table
/// of places at the end) and breaks off where it meets another, rather than let through what it does not understand.
final class PlainPDF {
    /// What a page gets beside what cairo drew.
    struct Addition {
        /// The page's language, where it is not the document's.
        let language: String?
        /// Operators in the sheet's own coordinates: points from its lower left corner.
        let content: [UInt8]
    }

    private let language: String
    private let write: (Span<UInt8>) -> Bool
    private let flate: Flate
    /// What cairo wrote and nobody took yet.
    private var waiting: [UInt8] = []
    /// Of the page that cairo writes next; nil when it has come.
    private var addition: Addition?
    /// Bytes written so far: the place of the next object.
    private var written = 0
    /// Where each object begins, by its number; 0 for one that was never written.
    private var places: [Int] = []
    /// The lengths that streams had and have, by the number of the object that says it.
    private var lengths: [Int: (before: Int, now: Int)] = [:]

    /// Why nothing more is written: what comes behind a fault would be no PDF.
    private var fault: LetterError?

    /// Bytes of one page's content: a sheet of letters takes a thousandth.
    private static let mostContent = 1 << 20

    /// - Parameters:
    ///   - language: of the document, as RFC 3066 writes it: `fr`.
    ///   - write: takes the next bytes of the file; false stops the press.
    init(language: String, write: @escaping (Span<UInt8>) -> Bool) throws(LetterError) {
        (self.language, self.write, flate) = (language, write, try Flate())
    }

    /// The next bytes as cairo writes them.
    func take(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe waiting.append(contentsOf: $0) }
    }

    /// Announces the page that cairo writes next.
    func begin(_ addition: Addition) { self.addition = addition }

    /// Hands on what is complete; called when cairo has written a page.
    /// - Parameter mark: what the sheet calls itself, for messages.
    func endPage(_ mark: String) throws(LetterError) {
        if let fault { throw fault }
        do throws(LetterError) {
            try handOn()
            guard addition == nil else { throw LetterError("cairo wrote no page: \(PlainPDF.unknownForm)") }
        } catch {
            let fault = LetterError("Sheet \(mark): \(error.message)")
            self.fault = fault
            throw fault
        }
    }

    /// Writes the rest, and a table of places of its own; called when cairo has finished.
    func finish() throws(LetterError) {
        if let fault { throw fault }
        try handOn()
        let end = PDFBytes(waiting[...])
        guard end.starts("xref"), let trailer = end.range(of: "trailer") else {
            throw LetterError("The PDF has no end: \(PlainPDF.unknownForm)")
        }
        let last = PDFBytes(waiting[trailer.upperBound...])
        guard let size = last.number(after: "/Size"), let root = last.number(after: "/Root"),
            let info = last.number(after: "/Info")
        else { throw LetterError("The PDF's trailer is incomplete: \(PlainPDF.unknownForm)") }
        let start = written
        var table = "xref\n0 \(size)\n0000000000 65535 f \n"
        for number in 1..<max(size, 1) {
            let place = number < places.count ? places[number] : 0
            let digits = "\(place)"
            table += String(repeating: "0", count: 10 - digits.count) + digits
            table += place == 0 ? " 65535 f \n" : " 00000 n \n"
        }
        table += "trailer\n<< /Size \(size) /Root \(root) 0 R /Info \(info) 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        try put(Array(table.utf8))
        waiting = []
    }

    /// What every form that is not known is told with.
    private static let unknownForm =
        "its form is another than that of cairo 1.16, which this version knows; install Debian 12's libcairo2."

    /// Writes bytes and counts them.
    private func put(_ bytes: [UInt8]) throws(LetterError) {
        written += bytes.count
        guard write(bytes.span) else { throw LetterError("The PDF could not be written: check the free space.") }
    }

    /// Hands on every object that is complete.
    private func handOn() throws(LetterError) {
        var at = 0
        while let next = try object(at) { at = next }
        waiting.removeSubrange(..<at)
    }

    /// Hands on the object that begins at `start`; returns where the next begins, nil where this one is incomplete.
    private func object(_ start: Int) throws(LetterError) -> Int? {
        let rest = PDFBytes(waiting[start...])
        if rest.starts("%") {
            guard let line = rest.range(of: "\n") else { return nil }
            try put(Array(waiting[start..<line.upperBound]))
            return line.upperBound
        }
        guard !rest.starts("xref"), let head = rest.range(of: " obj\n") else { return nil }
        guard let number = rest.number(after: ""), number > 0 else {
            throw LetterError("The PDF has something between its objects: \(PlainPDF.unknownForm)")
        }
        let body = PDFBytes(waiting[head.upperBound...])
        guard let end = body.range(of: "endobj\n") else { return nil }
        if let stream = PDFBytes(waiting[head.upperBound..<end.lowerBound]).range(of: ">>\nstream\n") {
            return try self.stream(number, dictionary: head.upperBound..<stream.lowerBound + 3, from: stream.upperBound)
        }
        try put(number, try plain(Array(waiting[head.upperBound..<end.lowerBound]), number))
        return end.upperBound
    }

    /// Writes an object and keeps where it begins.
    private func put(_ number: Int, _ body: [UInt8]) throws(LetterError) {
        if places.count <= number { places += Array(repeating: 0, count: number + 1 - places.count) }
        places[number] = written
        try put(Array("\(number) 0 obj\n".utf8) + body + Array("endobj\n".utf8))
    }

    /// An object without a stream, as it is to be.
    private func plain(_ body: [UInt8], _ number: Int) throws(LetterError) -> [UInt8] {
        let text = PDFBytes(body[...])
        if let length = lengths.removeValue(forKey: number) {
            guard text.number(after: "") == length.before else {
                throw LetterError("A stream of the PDF is not as long as it says: \(PlainPDF.unknownForm)")
            }
            return Array("\(length.now)\n".utf8)
        }
        guard text.starts("<<") else { return body }
        if text.range(of: "/Type /Catalog") != nil {
            let said = "<< /Lang (\(language))\n   /ViewerPreferences << /DisplayDocTitle true >>\n  "
            return Array(said.utf8) + body[2...]
        }
        return try PlainPDF.opaque(body)
    }

    /// A dictionary without transparency: without group, and without settings that say that everything is opaque.
    private static func opaque(_ body: [UInt8]) throws(LetterError) -> [UInt8] {
        try without("/Group", known: group, try without("/ExtGState", known: settings, body))
    }

    /// What a page's group may hold to be left out.
    private static let group: Set<String> = [
        "<<", ">>", "/Type", "/Group", "/S", "/Transparency", "/I", "true", "/CS", "/DeviceRGB",
    ]
    /// The settings' names are cairo's: a0, a1.
    private static let settings: Set<String> = ["<<", ">>", "/a0", "/a1", "/CA", "/ca", "1"]

    /// The body less an entry, which may hold nothing but what is known.
    private static func without(
        _ key: StaticString, known: Set<String>, _ body: [UInt8]
    ) throws(LetterError) -> [UInt8] {
        guard let place = PDFBytes(body[...]).range(of: key) else { return body }
        guard let value = PDFBytes(body[place.upperBound...]).dictionary,
            PDFBytes(body[value]).words.allSatisfy(known.contains)
        else { throw LetterError("A page of letters asks for transparency (\(key)), which no printing house takes.") }
        return Array(body[..<place.lowerBound] + body[value.upperBound...])
    }

    /// Hands on an object with a stream; returns where the next object begins, nil where it is incomplete.
    private func stream(_ number: Int, dictionary: Range<Int>, from start: Int) throws(LetterError) -> Int? {
        guard let end = PDFBytes(waiting[start...]).range(of: "\nendstream\nendobj\n") else { return nil }
        let head = PDFBytes(waiting[dictionary])
        guard let length = head.number(after: "/Length") else {
            throw LetterError("A stream of the PDF says no length: \(PlainPDF.unknownForm)")
        }
        guard head.range(of: "/SMask") == nil else {
            throw LetterError("A picture on the letters is transparent, which no printing house takes.")
        }
        let data = waiting[start..<end.lowerBound]
        let isForm = head.range(of: "/Subtype /Form") != nil
        let isPage = !isForm && addition != nil && head.range(of: "/Type") == nil && head.range(of: "/Length1") == nil
        var result = Array(data)
        if isForm || isPage {
            guard head.range(of: "/Filter /FlateDecode") != nil else {
                throw LetterError("A page of the PDF is not packed: \(PlainPDF.unknownForm)")
            }
            result = try flate.packed(
                try content(try flate.unpacked(data, most: PlainPDF.mostContent), isPage: isPage))
        }
        lengths[length] = (data.count, result.count)
        let said = isForm ? try PlainPDF.opaque(Array(waiting[dictionary])) : Array(waiting[dictionary])
        try put(number, said + Array("stream\n".utf8) + result + Array("\nendstream\n".utf8))
        return end.upperBound
    }

    /// What a page or a form draws: cairo's part in grey, and for a page its codes and its language.
    private func content(_ drawn: [UInt8], isPage: Bool) throws(LetterError) -> [UInt8] {
        let grey = try GreyContent.grey(drawn)
        guard isPage, let addition else { return grey }
        self.addition = nil
        let opening = addition.language.map { "/Span << /Lang (\($0)) >> BDC\n" } ?? ""
        // cairo turns the sheet over and never back.
        return Array((opening + "q\n").utf8) + grey + Array("\nQ\n".utf8) + addition.content
            + Array((addition.language == nil ? "" : "EMC\n").utf8)
    }
}
