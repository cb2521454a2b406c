import Journal
package import Store
import Synchronization
package import VoterRoll

/// Files that cannot be read before somebody says which sheet is meant, or what the headings mean. They wait in the folder of
/// uploads, for an hour at most.
extension RollFileImport {
    /// What must be said before a file can be read.
    package struct Question: Sendable {
        /// Why it could not be read by itself.
        package let why: String
        /// The sheets to choose from; empty when the headings are asked for.
        package let sheets: [String]
        /// The file's columns with samples, to be told what each means; empty when a sheet is asked for.
        package let headings: [RollPreview.Heading]
    }

    /// An uploaded file that waits for an answer.
    struct Held: Sendable {
        let path: String
        let name: String
        let acceptsValid: Bool
        var sheets: [String]
        let at: Int
    }

    /// What was said of headings that this file has.
    func remembered(_ path: String, _ sheets: [String]) throws -> (map: [String: Column], unread: Set<String>) {
        let known = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try context.registrar.headings.remembered(reading, election)
        }
        // A file that cannot be looked at says why when it is read.
        guard !known.map.isEmpty || !known.unread.isEmpty,
            let previews = try? RollPreview.each(path, sheets: sheets, map: known.map)
        else { return ([:], []) }
        let keys = Set(previews.flatMap { $0.headings.map(\.key) })
        return (known.map.filter { keys.contains($0.key) }, known.unread.intersection(keys))
    }

    /// What to ask of a file that could not be read; nil when no answer would help.
    private func question(_ fault: RollFileError, _ path: String, _ sheets: [String]) -> Question? {
        if !fault.sheets.isEmpty { return Question(why: fault.message, sheets: fault.sheets, headings: []) }
        // Where there is nothing to show, the fault itself is what is said.
        guard fault.isAboutHeadings, let map = try? remembered(path, sheets).map,
            let previews = try? RollPreview.each(path, sheets: sheets, map: map),
            // Of several sheets the first one that cannot be read; when it was answered, the next is asked about.
            let preview = previews.first(where: { !$0.isReadable }) ?? previews.first
        else { return nil }
        return Question(why: fault.message, sheets: [], headings: preview.headings)
    }

    /// Takes the answer: the sheets to read, or what each heading means, which is kept for the next file.
    /// - Parameter actor: who answers: what a heading means decides what goes where.
    /// - Returns: the reading to run on a thread of its own, and what to call with the reason where none can begin; nil when nothing
    ///   was asked.
    package func answer(
        sheets: [String], _ said: HeadingAnswers, by actor: Actor
    ) throws(StoreError) -> (reading: @Sendable () -> Void, giveUp: (String) -> Void)? {
        guard let asked = takeHeld() else { return nil }
        do throws(StoreError) {
            try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try context.registrar.headings.remember(transaction, election, said)
            }
        } catch {
            held.withLock { $0 = asked }
            throw error
        }
        hands.withLock { $0.append(actor.principal) }
        running.withLock { $0 = .reading(file: asked.name, rows: 0) }
        wantsStop.withLock { $0 = false }
        let chosen = sheets.isEmpty ? asked.sheets : sheets
        return (
            { [self] in load(path: asked.path, name: asked.name, accepting: asked.acceptsValid, sheets: chosen) },
            { [self] in giveUp(path: asked.path, name: asked.name, because: $0) }
        )
    }

    /// Takes the file that waits, so that it is answered once; nil when none does.
    private func takeHeld() -> Held? {
        held.withLock { held in
            defer { held = nil }
            return held
        }
    }

    /// Keeps a file for an answer; false when no answer would help.
    func hold(_ file: Held, because fault: RollFileError) -> Bool {
        guard let asked = question(fault, file.path, file.sheets) else { return false }
        held.withLock { held in
            held = file
            running.withLock { $0 = .asks(file: file.name, asked) }
        }
        return true
    }

    /// Where a file lies that waits for an answer; nil when none does.
    package var heldPath: String? { held.withLock { $0?.path } }

    /// Removes a file that waits for an answer; false when none does. Whoever gives another file lets it go.
    @discardableResult
    package func dropHeld() -> Bool {
        held.withLock { held in
            guard let asked = held else { return false }
            held = nil
            RollFiles.remove(asked.path)
            running.withLock { $0 = .cancelled(file: asked.name) }
            return true
        }
    }
}
