import CQPDF
import Foundation

/// A PDF that goes into the envelope with a letter: the candidates' statements. It is looked at (libqpdf) before the printing house
/// does: what their machines refuse is refused here, in words.
package struct Enclosure: Sendable {
    /// The college whose letters it goes with; nil for all.
    package let college: String?
    /// From 1 to `mostPages`.
    package let pages: Int
    /// The file as it was read.
    package let bytes: [UInt8]
    /// The file's name, without its folders.
    package let name: String

    /// Pages, which a C5 envelope still takes with the letter, and bytes, which are held in memory.
    package static let (mostPages, mostBytes) = (60, 64 << 20)
    /// Points that a sheet may be off A4.
    private static let sizePlay = 6.0

    /// - Parameter path: the file, as whoever prepared it wrote it.
    /// - Throws: when it cannot be read, is too large, locked, damaged or has too many pages, or a page is not A4 or
    ///   lacks a font.
    package init(path: String, college: String?) throws(LetterError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LetterError("The enclosure \(path) cannot be read: give the path of a PDF.")
        }
        guard data.count <= Enclosure.mostBytes else {
            throw LetterError(
                "The enclosure \(path) has \(data.count >> 20) MB: \(Enclosure.mostBytes >> 20) are the most. Make its pictures smaller."
            )
        }
        (self.college, bytes) = (college, [UInt8](data))
        name = URL(fileURLWithPath: path).lastPathComponent
        let document = try EnclosureDocument(bytes, path)
        pages = document.pages
        guard (1...Enclosure.mostPages).contains(pages) else {
            throw LetterError(
                "The enclosure \(path) has \(pages) pages: 1 to \(Enclosure.mostPages) fit into an envelope.")
        }
        for page in 0..<pages {
            try check(document, page, path)
        }
    }

    /// Looks at one page.
    /// - Parameter page: from 0; messages count from 1.
    private func check(_ document: EnclosureDocument, _ page: Int, _ path: String) throws(LetterError) {
        let size = document.size(of: page)
        let sheet = PrinterProfile.sheet
        let wanted = [sheet.width * pointsPerMillimetre, sheet.height * pointsPerMillimetre]
        guard let size, zip(size.sorted(), wanted).allSatisfy({ abs($0 - $1) <= Enclosure.sizePlay }) else {
            let said = size.map { "\(Int($0[0] / pointsPerMillimetre)) x \(Int($0[1] / pointsPerMillimetre)) mm" }
            throw LetterError("Page \(page + 1) of the enclosure \(path) is \(said ?? "of no size"): make it A4.")
        }
        if let font = document.missingFont(on: page) {
            throw LetterError(
                "Page \(page + 1) of the enclosure \(path) does not hold its font \(font): write the PDF again with fonts embedded (PDF/A)."
            )
        }
    }
}

/// A PDF as libqpdf reads it.
@safe private final class EnclosureDocument {
    private var document: qpdf_data?
    /// libqpdf reads from here while the document lives.
    private let memory: UnsafeMutableBufferPointer<CChar>
    /// Pages as the document counts them; -1 where it cannot be read.
    let pages: Int

    /// How often a font may be named by another object, and a page's size by its parent.
    private static let mostSteps = 20

    /// Reads the whole document, whose bytes it keeps a copy of.
    /// - Throws: when it is locked, or libqpdf has to mend it.
    init(_ bytes: [UInt8], _ path: String) throws(LetterError) {
        unsafe memory = .allocate(capacity: max(bytes.count, 1))
        for (index, byte) in bytes.enumerated() { unsafe memory[index] = CChar(bitPattern: byte) }
        let made = unsafe qpdf_init()
        unsafe document = made
        unsafe qpdf_silence_errors(made)
        unsafe qpdf_set_suppress_warnings(made, 1)
        let status = unsafe qpdf_read_memory(made, path, memory.baseAddress, UInt64(bytes.count), nil)
        let isLocked = unsafe status & 2 == 0 && qpdf_is_encrypted(made) != 0
        pages = unsafe status & 2 == 0 ? Int(qpdf_get_num_pages(made)) : -1
        // Bit 2 of its answer is an error; a repaired file (bit 1) is none that a printing house should get.
        let isSound = unsafe status == 0 && qpdf_more_warnings(made) == 0 && pages >= 0
        guard !isLocked else {
            throw LetterError("The enclosure \(path) is locked with a password or rights: give it without.")
        }
        guard isSound else {
            throw LetterError("The enclosure \(path) is no sound PDF: write it again from the program that made it.")
        }
    }

    deinit {
        unsafe qpdf_cleanup(&document)
        unsafe memory.deallocate()
    }

    /// Width and height of a page in points; nil where it says none.
    func size(of page: Int) -> [Double]? {
        guard var node = unsafe document.map({ unsafe qpdf_get_page_n($0, page) }) else { return nil }
        // A page without a size has that of its parent (PDF 1.7, 7.7.3.4).
        for _ in 0..<EnclosureDocument.mostSteps {
            if let box = entry(node, "/CropBox") ?? entry(node, "/MediaBox") { return sides(box) }
            guard let parent = entry(node, "/Parent") else { return nil }
            node = parent
        }
        return nil
    }

    /// Width and height of a box of four numbers, of which the first two may be any corner.
    private func sides(_ box: qpdf_oh) -> [Double]? {
        guard let document = unsafe document, unsafe qpdf_oh_get_array_n_items(document, box) == 4 else { return nil }
        let ends = (0..<4).map { index in
            unsafe qpdf_oh_get_numeric_value(document, qpdf_oh_get_array_item(document, box, Int32(index)))
        }
        return [abs(ends[2] - ends[0]), abs(ends[3] - ends[1])]
    }

    /// The name of a font that a page uses without holding it; nil where it holds all. Fonts of forms on the page, of its
    /// patterns and of what is written beside it (annotations) count, however deep they stand.
    func missingFont(on page: Int) -> String? {
        guard let document = unsafe document else { return nil }
        let node = unsafe qpdf_get_page_n(document, page)
        // What holds resources, and was not looked at yet.
        var open = [inherited(node, "/Resources")].compactMap(\.self)
        var seen: Set<Int32> = []
        open += annotations(of: node).flatMap { forms($0) }
        while let resources = open.popLast() {
            let fonts = entry(resources, "/Font")
            for name in fonts.map(keys) ?? [] {
                guard let font = fonts.flatMap({ entry($0, name) }) else { continue }
                if !isEmbedded(font) { return self.name(of: font) ?? name }
                open += own(font, &seen)
            }
            for kind in ["/XObject", "/Pattern"] {
                guard let found = entry(resources, kind) else { continue }
                for name in keys(found) { open += entry(found, name).map { own($0, &seen) } ?? [] }
            }
        }
        return nil
    }

    /// The resources of a form, a pattern or a font that is drawn in the document, once.
    private func own(_ node: qpdf_oh, _ seen: inout Set<Int32>) -> [qpdf_oh] {
        guard let document = unsafe document else { return [] }
        let number = unsafe qpdf_oh_get_object_id(document, node)
        // Number 0 is that of what stands in another object, and cannot lead back to it.
        guard number == 0 || seen.insert(number).inserted else { return [] }
        return entry(dictionary(node), "/Resources").map { [$0] } ?? []
    }

    /// The dictionary of a stream; any other object as it is.
    private func dictionary(_ node: qpdf_oh) -> qpdf_oh {
        guard let document = unsafe document, unsafe qpdf_oh_is_stream(document, node) != 0 else { return node }
        return unsafe qpdf_oh_get_dict(document, node)
    }

    /// What is written beside a page.
    private func annotations(of page: qpdf_oh) -> [qpdf_oh] {
        guard let document = unsafe document, let list = entry(page, "/Annots") else { return [] }
        let count = unsafe max(0, qpdf_oh_get_array_n_items(document, list))
        return (0..<count).map { unsafe qpdf_oh_get_array_item(document, list, $0) }
    }

    /// The resources of an annotation's looks: one, or one for each of its states.
    private func forms(_ annotation: qpdf_oh) -> [qpdf_oh] {
        guard let document = unsafe document, let look = entry(annotation, "/AP").flatMap({ entry($0, "/N") }) else {
            return []
        }
        let isOne = unsafe qpdf_oh_is_stream(document, look) != 0
        let looks = isOne ? [look] : keys(look).compactMap { entry(look, $0) }
        return looks.compactMap { entry(dictionary($0), "/Resources") }
    }

    /// As its maker called it: `/Helvetica`.
    private func name(of font: qpdf_oh) -> String? {
        guard let document = unsafe document, let base = entry(font, "/BaseFont"),
            let name = unsafe qpdf_oh_get_name(document, base)
        else { return nil }
        return unsafe String(cString: name)
    }

    /// Whether a font's description holds its outlines.
    private func isEmbedded(_ font: qpdf_oh) -> Bool {
        guard let document = unsafe document else { return false }
        // Type 3 fonts are drawn in the document itself.
        if let type = entry(font, "/Subtype"), unsafe qpdf_oh_is_name_and_equals(document, type, "/Type3") != 0 {
            return true
        }
        var described = font
        if let below = entry(font, "/DescendantFonts") {
            described = unsafe qpdf_oh_get_array_item(document, below, 0)
        }
        guard let descriptor = entry(described, "/FontDescriptor") else { return false }
        return ["/FontFile", "/FontFile2", "/FontFile3"].contains { entry(descriptor, $0) != nil }
    }

    /// A page's entry, or its nearest ancestor's (PDF 1.7, 7.7.3.4).
    private func inherited(_ page: qpdf_oh, _ key: String) -> qpdf_oh? {
        var node = page
        for _ in 0..<EnclosureDocument.mostSteps {
            if let found = entry(node, key) { return found }
            guard let parent = entry(node, "/Parent") else { return nil }
            node = parent
        }
        return nil
    }

    /// A dictionary's entry; nil where there is none.
    private func entry(_ node: qpdf_oh, _ key: String) -> qpdf_oh? {
        guard let document = unsafe document, unsafe qpdf_oh_has_key(document, node, key) != 0 else { return nil }
        return unsafe qpdf_oh_get_key(document, node, key)
    }

    /// The names of a dictionary's entries.
    private func keys(_ node: qpdf_oh) -> [String] {
        guard let document = unsafe document else { return [] }
        var names: [String] = []
        unsafe qpdf_oh_begin_dict_key_iter(document, node)
        while unsafe qpdf_oh_dict_more_keys(document) != 0 {
            if let name = unsafe qpdf_oh_dict_next_key(document) { names.append(unsafe String(cString: name)) }
        }
        return names
    }
}
