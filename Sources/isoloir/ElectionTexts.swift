import CommandLineKit
import Documents
import Elections
import Store
import Typesetting

/// Texts of an election that the installed fonts cannot set, each with its cure. A sealed one would stand on every receipt and
/// on the result's paper with marks in place of its letters.
func unprintable(_ election: Election) -> [String] {
    let fonts = FontCheck()
    return election.printedTexts.compactMap { entry in
        let missing = fonts.missing(entry.text)
        guard !missing.isEmpty else { return nil }
        return
            "\(entry.place), \"\(entry.text)\": no installed font has \(missing.map { "\"\($0)\"" }.joined(separator: ", ")). "
            + "Write it without, or install a font that has it on this machine (Debian: fonts-noto-core has most scripts)."
    }
}

extension Services {
    /// Refuses an election whose texts must not be sealed: by the rules of today, whatever they were when it was stored, and by
    /// the fonts of this machine.
    func checkTexts(_ election: StoredElection) throws(Refusal) {
        let definition = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try ElectionDesk.definition(reading, number: election.number)
            }
        }
        let name = "the stored definition of \(election.election.id)"
        var faults: [String] = []
        if case .failure(let found) = ElectionReader.read(definition, file: name) {
            faults += found.list.map(\.description)
        }
        faults += unprintable(election.election)
        guard faults.isEmpty else {
            throw Refusal(
                faults.joined(separator: "\n") + "\nCorrect election.yaml and store it with `isoloir election create`.")
        }
    }
}
