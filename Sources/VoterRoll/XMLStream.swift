import CXML
import Glibc

/// Whether a C string is `word`.
@inline(__always) func isNamed(_ name: UnsafePointer<UInt8>, _ word: StaticString) -> Bool {
    unsafe strcmp(
        UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self),
        UnsafeRawPointer(word.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
}

/// A push parser (libxml2's SAX2). Document types are refused, so that no entity can expand; nothing is fetched.
@safe final class XMLStream {
    private let context: xmlParserCtxtPtr
    /// Kept alive as long as libxml2 may call.
    private let box: Box

    /// What the callbacks are given.
    private final class Box {
        let listener: any XMLListener
        var refusesType = false
        /// - Parameter listener: kept as long as the stream is.
        init(_ listener: any XMLListener) { self.listener = listener }

        /// Lends the box behind a callback's context, without counting references: there are ten callbacks for each cell.
        static func lend(_ pointer: UnsafeMutableRawPointer?, _ body: (Box) -> Void) {
            guard let pointer = unsafe pointer else { return }
            unsafe Unmanaged<Box>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
        }
    }

    /// Nil when libxml2 has no memory.
    init?(_ listener: any XMLListener) {
        box = Box(listener)
        var handler = unsafe xmlSAXHandler()
        unsafe handler.initialized = UInt32(XML_SAX2_MAGIC)
        unsafe handler.startElementNs = { context, name, _, _, _, _, count, _, attributes in
            guard let name = unsafe name else { return }
            unsafe Box.lend(context) {
                unsafe $0.listener.started(name, XMLAttributes(fields: attributes, count: Int(count)))
            }
        }
        unsafe handler.endElementNs = { context, name, _, _ in
            guard let name = unsafe name else { return }
            unsafe Box.lend(context) { unsafe $0.listener.ended(name) }
        }
        unsafe handler.characters = { context, text, count in
            unsafe Box.lend(context) { unsafe $0.listener.text(UnsafeBufferPointer(start: text, count: Int(count))) }
        }
        unsafe handler.internalSubset = { context, _, _, _ in
            unsafe Box.lend(context) { $0.refusesType = true }
        }
        unsafe handler.serror = { _, _ in }
        let pointer = unsafe Unmanaged.passUnretained(box).toOpaque()
        guard let made = unsafe xmlCreatePushParserCtxt(&handler, pointer, nil, 0, nil) else { return nil }
        unsafe context = made
        unsafe xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_HUGE.rawValue))
    }

    deinit { unsafe xmlFreeParserCtxt(context) }

    /// Feeds the parser; false when this is no well-formed XML, or holds a document type.
    /// - Parameters:
    ///   - count: how many of the bytes are valid.
    ///   - last: whether the text ends with them.
    func feed(_ bytes: [UInt8], count: Int, last: Bool = false) -> Bool {
        let code = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) {
                unsafe xmlParseChunk(context, $0.baseAddress, Int32(count), last ? 1 : 0)
            }
        }
        return code == 0 && !box.refusesType
    }
}
