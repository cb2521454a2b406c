import Elections
import Issuance
import Operations
import Staff
import Store
import Typesetting
import WebContent

/// The manager's page of letters: what waits, the specimen, batches and parcels.
struct LettersPage: ConsolePage {
    static let path = "letters"
    static let permission = Permission.seeLetters
    static let template = "letters"
    let context: ConsoleContext

    /// What is read at once.
    private struct Found: Sendable {
        let waiting: Int
        let rows: [Reconciliation]
        let batches: [PrintBatch]
        let parcels: [Parcel]
    }

    func title(_ model: LettersModel, _ wording: Wording) -> String { wording("menu.letters") }
    func isLive(_ model: LettersModel) -> Bool { true }

    func model(_ call: ConsoleRequest) throws -> LettersModel? {
        let (letters, say) = (parts.letters, wording(call.language))
        // Read first: a run that is over by now has its parcel in the tables below.
        let job = letters.job
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) -> Found in
            Found(
                waiting: try letters.letterBatches.waiting(reading, parts.operations.election),
                rows: try letters.letterBatches.reconcile(reading, parts.operations.election),
                batches: try letters.letterBatches.batches(reading, parts.operations.election),
                parcels: try letters.parcels(reading, of: nil))
        }
        var (proof, enclosures, fault): (SpecimenState?, [LettersModel.Enclosed], PrintRefusal?) = (nil, [], nil)
        do {
            let matter = try letters.matter()
            (proof, enclosures) = (try letters.proofState(of: matter), self.enclosures(matter, say.language))
        } catch let refusal as PrintRefusal {
            fault = refusal
        }
        return LettersModel(
            waiting: found.waiting, specimenApproved: proof?.isApproved ?? false,
            specimen: (proof?.waiting ?? (proof?.isApproved == true ? proof?.approved : proof?.latest))?.id,
            batches: try found.rows.map { row in
                try LettersModel.Batch(row, found.batches.first { $0.number == row.batch })
            }, parcels: found.parcels.map { ParcelModel($0) }, enclosures: enclosures,
            approvedBy: proof?.approved?.approvedBy, approvedAt: Moment(proof?.approved?.approvedAt),
            run: job.map { LettersModel.PrintRun($0) }, fault: fault?.description,
            view: OnPage(
                LettersModel.View(
                    notices: notices(job, fault, say),
                    specimen: proof.map { words($0, say) } ?? say("letters.noSpecimen"),
                    mayApprove: proof?.waiting != nil && call.viewer.may(.approveSpecimen),
                    hasEnclosures: !enclosures.isEmpty)))
    }

    /// The specimen that was approved, whether it holds, and whether a later one waits.
    private func words(_ state: SpecimenState, _ say: Wording) -> String {
        var words: [String] = []
        if let proof = state.approved, let by = proof.approvedBy, let at = proof.approvedAt {
            words.append("\(say("letters.approved")) \(by), \(say.time(at))")
        }
        if state.waiting != nil {
            words.append(say(words.isEmpty ? "letters.unapproved" : "letters.laterUnapproved"))
        } else if !state.isApproved {
            words.append(say(state.latest == nil ? "letters.noSpecimen" : "letters.changed"))
        }
        return words.joined(separator: say.language == .fr ? " ; " : "; ")
    }

    /// What goes into the envelopes as well, as it is approved with the letters.
    private func enclosures(_ matter: PrintMatter, _ language: Language) -> [LettersModel.Enclosed] {
        zip(matter.enclosures, matter.enclosureDigests).map { enclosure, digest in
            LettersModel.Enclosed(
                file: enclosure.name, college: enclosure.college, pages: enclosure.pages, sha256: digest,
                view: OnPage(
                    LettersModel.EnclosedView(
                        college: enclosure.college.map { election.colleges[$0]?[language] ?? $0 })))
        }
    }

    /// How the print run goes on, or how it ended, and why nothing can be printed.
    private func notices(_ job: PrintOrders.Job?, _ fault: PrintRefusal?, _ say: Wording) -> [Notice] {
        let run: [Notice] =
            switch job {
            case nil: []
            case .printing(let count): [Notice("\(say("letters.printing")) \(count)")]
            case .failed(let why): [Notice("\(say("letters.failed")) \(say(why))", isBad: true)]
            case .done(let batch, let count, let leftOut):
                [Notice("\(say("letters.done")) \(batch)\(say.language.colon)\(count)")]
                    + leftOut.map { Notice("\(say("letters.leftOut")) \($0)", isBad: true) }
            }
        return run + [fault].compactMap { $0 }.map { Notice(say($0), isBad: true) }
    }
}
