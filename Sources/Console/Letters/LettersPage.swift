import Elections
import Issuance
import Operations
import Staff
import Store
import WebContent

/// The manager's page of letters: what waits, the specimen, batches and parcels.
struct LettersPage: ConsolePage {
    static let path = "letters"
    static let permission = Permission.seeLetters
    static let template = "letters"
    let context: ConsoleContext

    /// What is read at once.
    private struct Found: Sendable {
        let proof: PrintOrders.Proof?
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
        let notices = notices(letters.job, say)
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) -> Found in
            Found(
                proof: try letters.proof(reading),
                waiting: try letters.letterBatches.waiting(reading, parts.desk.election),
                rows: try letters.letterBatches.reconcile(reading, parts.desk.election),
                batches: try letters.letterBatches.batches(reading, parts.desk.election),
                parcels: try letters.parcels(reading, of: nil))
        }
        let isApproved = try letters.isApproved()
        return LettersModel(
            waiting: found.waiting, specimenApproved: isApproved, specimen: found.proof?.id,
            batches: try found.rows.map { row in
                try LettersModel.Batch(row, found.batches.first { $0.number == row.batch })
            }, parcels: found.parcels.map { ParcelModel($0) },
            view: OnPage(
                LettersModel.View(
                    notices: notices, specimen: words(found.proof, isApproved, say),
                    mayApprove: found.proof != nil && !isApproved && call.viewer.may(.approveSpecimen))))
    }

    /// Whether the specimen holds, and who approved it.
    private func words(_ proof: PrintOrders.Proof?, _ isApproved: Bool, _ say: Wording) -> String {
        guard let proof else { return say("letters.noSpecimen") }
        if isApproved, let by = proof.approvedBy, let at = proof.approvedAt {
            return "\(say("letters.approved")) \(by), \(say.time(at))"
        }
        return say(proof.approvedAt == nil ? "letters.unapproved" : "letters.changed")
    }

    /// How the print run goes on, or how it ended.
    private func notices(_ job: PrintOrders.Job?, _ say: Wording) -> [Notice] {
        switch job {
        case nil: []
        case .printing(let count): [Notice("\(say("letters.printing")) \(count)")]
        case .failed(let why): [Notice("\(say("letters.failed")) \(why)", isBad: true)]
        case .done(let batch, let count, let leftOut):
            [Notice("\(say("letters.done")) \(batch)\(say.language.colon)\(count)")]
                + leftOut.map { Notice("\(say("letters.leftOut")) \($0)", isBad: true) }
        }
    }
}
