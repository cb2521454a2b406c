/// What an XML stream tells its listener.
protocol XMLListener: AnyObject {
    /// An element begins; the name is its local one, without prefix.
    func started(_ name: UnsafePointer<UInt8>, _ attributes: XMLAttributes)
    /// An element ends.
    func ended(_ name: UnsafePointer<UInt8>)
    /// Text between elements, in UTF-8; one text may come in several pieces.
    func text(_ bytes: UnsafeBufferPointer<UInt8>)
}
