import CXML
import Glibc

/// An element's attributes, valid while the listener is told of it.
@unsafe struct XMLAttributes {
    /// libxml2 hands five pointers for each: local name, prefix, URI, value, end of value.
    fileprivate let fields: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
    /// How many attributes there are.
    fileprivate let count: Int

    /// The value of an attribute by its local name.
    func bytes(_ wanted: StaticString) -> UnsafeBufferPointer<UInt8>? {
        guard let fields = unsafe fields else { return nil }
        for index in unsafe 0..<count {
            guard let name = unsafe fields[index * 5], unsafe isNamed(name, wanted),
                let start = unsafe fields[index * 5 + 3], let end = unsafe fields[index * 5 + 4]
            else { continue }
            return unsafe UnsafeBufferPointer(start: start, count: end - start)
        }
        return nil
    }

    /// The same as text, for what occurs once in a file.
    func text(_ wanted: StaticString) -> String? {
        unsafe bytes(wanted).map { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The same as a whole number without a sign; nil when it is none.
    func number(_ wanted: StaticString) -> Int? { unsafe bytes(wanted).flatMap { unsafe XMLAttributes.number($0) } }

    /// Whether a flag of a font, `<strike/>` or `<strike val="1"/>`, is set.
    func isOn() -> Bool {
        guard let value = unsafe bytes("val"), let first = unsafe value.first else { return true }
        return first != UInt8(ascii: "0") && first != UInt8(ascii: "f")
    }

    /// At most 18 digits.
    private static func number(_ digits: UnsafeBufferPointer<UInt8>) -> Int? {
        guard 1...18 ~= digits.count else { return nil }
        var number = 0
        for index in digits.indices {
            let digit = unsafe digits[index]
            guard 48...57 ~= digit else { return nil }
            number = number * 10 + Int(digit) - 48
        }
        return number
    }
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
