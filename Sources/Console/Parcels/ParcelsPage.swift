import Elections
import Issuance
import Journal
import Operations
import Staff
import Store

/// The printer's own page: their key and their parcels, nobody else's.
struct ParcelsPage: ConsolePage {
    static let path = "parcels"
    static let permission = Permission.fetchLetters
    static let template = "parcels"
    let context: ConsoleContext

    /// What the page says beside the parcels.
    struct View: PageModel {
        /// The fingerprint of the printer's key; null before one was given.
        let key: String?
    }

    func title(_ model: WithView<[ParcelModel], View>, _ wording: Wording) -> String { wording("menu.parcels") }

    func model(_ call: ConsoleRequest) throws -> WithView<[ParcelModel], View>? {
        guard case .staff(let name) = call.viewer.principal else { return nil }
        let (parcels, member, rows) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([Parcel], StaffMember?, [Reconciliation]) in
            (
                try parts.letters.parcels(reading, of: name), try parts.register.member(reading, name: name),
                try parts.letters.letterBatches.reconcile(reading, parts.operations.election)
            )
        }
        return WithView(
            parcels.map { parcel in
                ParcelModel(parcel, notToPost: rows.first { $0.batch == parcel.batch }?.notToPost ?? [])
            }, View(key: member?.fingerprint))
    }
}

/// One page for printers: a key pair with Gpg4win, and what is done with a parcel.
struct PrintingPage: ConsolePage {
    static let path = "printing"
    static let permission = Permission.seeOwn
    static let template = "printing"
    let context: ConsoleContext

    func title(_ model: PrintingModel, _ wording: Wording) -> String { wording("printing.title") }

    func model(_ call: ConsoleRequest) -> PrintingModel? {
        let say = wording(call.language)
        return PrintingModel(
            steps: (1...6).map { .init(title: say("printing.\($0).title"), text: say("printing.\($0).text")) })
    }
}

/// What a printer does, step by step.
struct PrintingModel: PageModel {
    let steps: [Step]

    /// One step.
    struct Step: PageModel {
        let title: String
        let text: String
    }
}
