/// How much of a text that is made of runs of different looks is struck through; blanks do not count.
struct StruckRuns {
    private var isStruck = false
    private var (hasStruck, hasPlain) = (false, false)

    /// Begins a run, which is as a cell is in itself.
    mutating func begin() { isStruck = false }

    /// The present run is struck through.
    mutating func strike() { isStruck = true }

    /// Takes a piece of the present run.
    mutating func take(_ text: UnsafeBufferPointer<UInt8>) {
        guard isStruck ? !hasStruck : !hasPlain, unsafe text.contains(where: { $0 > 32 }) else { return }
        if isStruck { hasStruck = true } else { hasPlain = true }
    }

    /// What is noted of the cell; nil where nothing is struck through.
    var kind: CellNote.Kind? { hasStruck ? hasPlain ? .struckPart : .struck : nil }
}
