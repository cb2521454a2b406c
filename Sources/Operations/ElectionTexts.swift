import Documents
package import Elections
package import Store
import Typesetting

/// What of an election's texts may not be sealed. A sealed one would stand on every receipt and on the result's paper.
package enum ElectionTexts {
    /// Texts that the installed fonts cannot set, each with its cure: in their place marks would stand.
    package static func unprintable(_ election: Election) -> [String] {
        let fonts = FontCheck()
        return election.printedTexts.compactMap { entry in
            let missing = fonts.missing(entry.text)
            guard !missing.isEmpty else { return nil }
            return
                "\(entry.place), \"\(entry.text)\": no installed font has \(missing.map { "\"\($0)\"" }.joined(separator: ", ")). "
                + "Write it without, or install a font that has it on this machine (Debian: fonts-noto-core has most scripts)."
        }
    }

    /// How faults are mended.
    package static let cure = "Correct election.yaml and store it with `isoloir election create`."

    /// What stands in the way of a seal: by the rules of today, whatever they were when the election was stored, and by the fonts of
    /// this machine.
    package static func faults(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> [String]
    {
        let definition = try ElectionRepository.definition(reading, number: election.number)
        var faults: [String] = []
        if case .failure(let found) = ElectionReader.read(
            definition, file: "the stored definition of \(election.election.id)")
        {
            faults += found.list.map(\.description)
        }
        return faults + unprintable(election.election)
    }
}
