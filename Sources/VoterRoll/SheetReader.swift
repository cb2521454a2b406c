/// Turns the XML of a sheet into rows of text.
final class SheetReader: XMLListener {
    /// What was read; a value, so that no access to it is checked at run time for each cell.
    private(set) var sheet: SheetRows

    /// - Parameter index: which of the sheets that are read it is, from 0.
    init(_ parts: WorkbookParts, index: Int) { sheet = SheetRows(parts, index: index) }

    /// Forgets the rows that were taken.
    func clear() { sheet.clear() }

    /// Passed on to `sheet`.
    func started(_ name: UnsafePointer<UInt8>, _ attributes: XMLAttributes) { unsafe sheet.started(name, attributes) }
    /// Passed on to `sheet`.
    func ended(_ name: UnsafePointer<UInt8>) { unsafe sheet.ended(name) }
    func text(_ bytes: UnsafeBufferPointer<UInt8>) { unsafe sheet.text(bytes) }
}
