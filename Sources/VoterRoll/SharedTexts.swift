/// Texts that cells share, in one buffer.
struct SharedTexts {
    /// All texts in UTF-8, one behind the other.
    private(set) var bytes: [UInt8] = []
    /// Where each text ends; the first entry is the beginning.
    private var ends: [UInt32] = [0]
    /// Texts that are struck through, and whether all of each is.
    private var struck: [Int: Bool] = [:]
    /// How much of the present text is.
    private var runs = StruckRuns()

    /// Bytes of all texts.
    var count: Int { bytes.count }

    /// Appends a piece of the present text.
    mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        unsafe bytes.append(contentsOf: text)
        unsafe runs.take(text)
    }

    /// Begins a run of characters of one look.
    mutating func beginRun() { runs.begin() }

    /// Notes that the present run is struck through.
    mutating func strike() { runs.strike() }

    /// What is noted of a cell with text `index`, where that or a part of it is struck through.
    func struck(_ index: Int) -> CellNote.Kind? {
        struck.isEmpty ? nil : struck[index].map { $0 ? .struck : .struckPart }
    }

    /// Ends the present text, once its escapes are decoded.
    mutating func endText() {
        if let kind = runs.kind { struck[ends.count - 1] = kind == .struck }
        runs = StruckRuns()
        XMLEscapes.decode(&bytes, from: Int(ends[ends.count - 1]))
        ends.append(UInt32(bytes.count))
    }

    /// Where text `index` lies; nil when there is none.
    func range(_ index: Int) -> Range<Int>? {
        guard index >= 0, index + 1 < ends.count else { return nil }
        return Int(ends[index])..<Int(ends[index + 1])
    }
}
