import CXML
import Glibc

/// What an XML stream tells its listener.
protocol XMLListener: AnyObject {
    /// - Parameter attribute: the value of an attribute by its local name.
    func started(_ name: UnsafePointer<UInt8>, attribute: (StaticString) -> String?)
    func ended(_ name: UnsafePointer<UInt8>)
    func text(_ bytes: UnsafeBufferPointer<UInt8>)
}

/// Whether a C string is `word`.
@inline(__always) func isNamed(_ name: UnsafePointer<UInt8>, _ word: StaticString) -> Bool {
    unsafe strcmp(
        UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self),
        UnsafeRawPointer(word.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
}

/// A push parser (libxml2's SAX2). Document types are refused, so that no entity can expand; nothing is fetched.
@safe final class XMLStream {
    private let context: xmlParserCtxtPtr
    private let box: Box

    /// What the callbacks are given.
    private final class Box {
        let listener: any XMLListener
        var refusesType = false
        init(_ listener: any XMLListener) { self.listener = listener }

        static func of(_ pointer: UnsafeMutableRawPointer?) -> Box? {
            unsafe pointer.map { unsafe Unmanaged<Box>.fromOpaque($0).takeUnretainedValue() }
        }
    }

    init?(_ listener: any XMLListener) {
        box = Box(listener)
        var handler = unsafe xmlSAXHandler()
        unsafe handler.initialized = UInt32(XML_SAX2_MAGIC)
        unsafe handler.startElementNs = { context, name, _, _, _, _, count, _, attributes in
            guard let box = unsafe Box.of(context), let name = unsafe name else { return }
            unsafe box.listener.started(name) { wanted in
                unsafe XMLStream.attribute(wanted, attributes, Int(count))
            }
        }
        unsafe handler.endElementNs = { context, name, _, _ in
            guard let box = unsafe Box.of(context), let name = unsafe name else { return }
            unsafe box.listener.ended(name)
        }
        unsafe handler.characters = { context, text, count in
            guard let box = unsafe Box.of(context) else { return }
            unsafe box.listener.text(UnsafeBufferPointer(start: text, count: Int(count)))
        }
        unsafe handler.internalSubset = { context, _, _, _ in
            unsafe Box.of(context)?.refusesType = true
        }
        unsafe handler.serror = { _, _ in }
        let pointer = unsafe Unmanaged.passUnretained(box).toOpaque()
        guard let made = unsafe xmlCreatePushParserCtxt(&handler, pointer, nil, 0, nil) else { return nil }
        unsafe context = made
        unsafe xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_HUGE.rawValue))
    }

    deinit { unsafe xmlFreeParserCtxt(context) }

    /// Feeds the parser; false when this is no well-formed XML, or holds a document type.
    func feed(_ bytes: [UInt8], count: Int, last: Bool = false) -> Bool {
        let code = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) {
                unsafe xmlParseChunk(context, $0.baseAddress, Int32(count), last ? 1 : 0)
            }
        }
        return code == 0 && !box.refusesType
    }

    /// libxml2 hands attributes as five pointers each: local name, prefix, URI, value, end of value.
    private static func attribute(
        _ wanted: StaticString, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int
    ) -> String? {
        guard let attributes = unsafe attributes else { return nil }
        for index in 0..<count {
            guard let name = unsafe attributes[index * 5], unsafe isNamed(name, wanted),
                let start = unsafe attributes[index * 5 + 3], let end = unsafe attributes[index * 5 + 4]
            else { continue }
            return unsafe String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
        }
        return nil
    }
}
