import CZlib

/// Packs and unpacks whole pieces (RFC 1950), one after the other with the same tables: making them anew for every sheet would
/// take longer than the packing.
@safe final class Flate {
    private let packing: UnsafeMutablePointer<z_stream>
    private let unpacking: UnsafeMutablePointer<z_stream>
    /// Where pieces are unpacked to, before they join the result.
    private var room = [UInt8](repeating: 0, count: Flate.roomBytes)

    /// Bytes unpacked at a time: a letter's page takes one step.
    private static let roomBytes = 1 << 14

    /// Of 9: a sheet's content holds little twice, and a higher level takes half as long again for three bytes in a hundred.
    private static let level: Int32 = 3

    /// - Throws: when there is no memory.
    init() throws(LetterError) {
        unsafe packing = .allocate(capacity: 1)
        unsafe packing.initialize(to: z_stream())
        unsafe unpacking = .allocate(capacity: 1)
        unsafe unpacking.initialize(to: z_stream())
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard unsafe deflateInit_(packing, Flate.level, ZLIB_VERSION, size) == Z_OK,
            unsafe inflateInit_(unpacking, ZLIB_VERSION, size) == Z_OK
        else { throw LetterError("zlib could not be started: there is no memory left.") }
    }

    deinit {
        unsafe deflateEnd(packing)
        unsafe inflateEnd(unpacking)
        unsafe packing.deallocate()
        unsafe unpacking.deallocate()
    }

    /// One piece, whole, with header and check sum.
    func packed(_ bytes: [UInt8]) throws(LetterError) -> [UInt8] {
        unsafe deflateReset(packing)
        let most = unsafe Int(deflateBound(packing, UInt(bytes.count)))
        var result = [UInt8](repeating: 0, count: most)
        let status = unsafe bytes.withUnsafeBufferPointer { source in
            unsafe result.withUnsafeMutableBufferPointer { target in
                unsafe packing.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe packing.pointee.avail_in = UInt32(source.count)
                unsafe packing.pointee.next_out = target.baseAddress
                unsafe packing.pointee.avail_out = UInt32(target.count)
                return unsafe deflate(packing, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { throw LetterError("A page could not be packed (zlib says \(status)).") }
        result.removeLast(unsafe Int(packing.pointee.avail_out))
        return result
    }

    /// - Parameter most: more bytes than this are an error.
    /// - Parameter bytes: one whole piece with header and check sum.
    /// - Throws: when it is damaged, or longer than `most`.
    func unpacked(_ bytes: ArraySlice<UInt8>, most: Int) throws(LetterError) -> [UInt8] {
        unsafe inflateReset(unpacking)
        var result: [UInt8] = []
        var status = Z_OK
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe unpacking.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            unsafe unpacking.pointee.avail_in = UInt32(source.count)
            repeat {
                let count = unsafe room.withUnsafeMutableBufferPointer { target in
                    unsafe unpacking.pointee.next_out = target.baseAddress
                    unsafe unpacking.pointee.avail_out = UInt32(target.count)
                    status = unsafe inflate(unpacking, Z_NO_FLUSH)
                    return unsafe target.count - Int(unpacking.pointee.avail_out)
                }
                result.append(contentsOf: room[..<count])
            } while status == Z_OK && result.count <= most
        }
        guard status == Z_STREAM_END, result.count <= most else {
            throw LetterError("A page cannot be unpacked (zlib says \(status), \(result.count) bytes).")
        }
        return result
    }
}
