/// Rows on their way from the checker to the store. `@unchecked Sendable`: one thread at a time has it.
final class RowBatch: @unchecked Sendable {
    /// Rows of one transaction: about a tenth of a second of the writer's time, so that nobody else waits long; smaller
    /// ones would write the pages of the blind indices many times over.
    static let size = 8192

    /// Swapped with the checker's when it is full.
    var buffer = RowBuffer()
}
