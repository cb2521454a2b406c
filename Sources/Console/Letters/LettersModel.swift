import Issuance
import Operations

/// Letters: what waits, the specimen, batches and parcels.
struct LettersModel: PageModel {
    /// Letters that wait to be printed.
    let waiting: Int
    /// Whether the letters may be printed as they are now.
    let specimenApproved: Bool
    /// The one that waits for its approval, else the approved one; null before one was made.
    let specimen: Int?
    let batches: [Batch]
    let parcels: [ParcelModel]
    /// What goes into the envelopes with the letters that bring an identifier; it is approved with them.
    let enclosures: [Enclosed]
    let view: OnPage<View>

    /// How far a batch has come.
    enum BatchState: String, CaseIterable, Choice {
        case printing, printed, posted, confirmed
        static var texts: String? { "batch" }
    }

    /// What became of the sheets of a batch.
    struct Batch: PageModel {
        /// Counts the batches of an election from 1.
        let batch: Int
        let state: BatchState
        let printed: Int
        let spoiled: Int
        /// Not to be posted, since the voter has a newer identifier.
        let withdrawn: Int
        let toPost: Int
        /// Times that a sheet was printed again.
        let reprinted: Int
        /// Brought back by the post.
        let returned: Int
        /// Spoiled or returned sheets that were destroyed.
        let destroyed: Int
        let view: OnPage<BatchView>
    }

    /// What the page says of it in its own way.
    struct BatchView: PageModel {
        /// The day, `2026-11-10`; empty before.
        let postedOn: String
        /// What comes next for it.
        let isToPost: Bool
        let isToConfirm: Bool
    }

    /// A PDF that goes along.
    struct Enclosed: PageModel {
        /// Its name, as the settings have it.
        let file: String
        /// The college whose letters it goes with; null for all.
        let college: String?
        let pages: Int
        /// 64 hexadecimal digits.
        let sha256: String
        let view: OnPage<EnclosedView>
    }

    /// What the page says of it in its own way.
    struct EnclosedView: PageModel {
        /// The college's name; null for all.
        let college: String?
    }

    /// What the page says beside that.
    struct View: PageModel {
        /// How the print run goes on.
        let notices: [Notice]
        let specimen: String
        let mayApprove: Bool
        let hasEnclosures: Bool
    }
}

extension LettersModel.Batch {
    /// - Throws: `ModelError` for a state that this version does not know.
    init(_ row: Reconciliation, _ batch: PrintBatch?) throws {
        (self.batch, state) = (row.batch, try LettersModel.BatchState.read(row.state))
        (printed, spoiled, withdrawn, toPost) = (row.printed, row.spoiled, row.withdrawn, row.toPost)
        (reprinted, returned, destroyed) = (row.reprinted, row.returned, row.destroyed)
        view = OnPage(
            LettersModel.BatchView(
                postedOn: batch?.postedOn ?? "", isToPost: batch?.state == .printed,
                isToConfirm: batch?.state == .posted))
    }
}

/// A batch's files for the printer.
struct ParcelModel: PageModel {
    let id: Int
    let batch: Int
    /// The printer's account.
    let printer: String
    /// The fingerprint of the key that it is encrypted to.
    let key: String
    let letters: Int
    let madeAt: Moment
    /// Null before the printer has it.
    let receivedAt: Moment?
    /// Null before everything is destroyed.
    let destroyedAt: Moment?
    let files: [File]
    let view: OnPage<View>

    /// One encrypted file.
    struct File: PageModel {
        /// Within the parcel, from 1.
        let number: Int
        let name: String
        let bytes: Int
        /// 64 hexadecimal digits.
        let sha256: String
        /// How often it was fetched.
        let fetched: Int
        /// How often it can be fetched still.
        let left: OnPage<Int>
    }

    /// What pages say of it in their own way.
    struct View: PageModel {
        /// How often the file that was fetched most was fetched.
        let fetched: Int
        /// Sheets that must not be posted; null for none.
        let notToPost: String?
    }

    /// - Parameter notToPost: numbers of sheets.
    init(_ parcel: Parcel, notToPost: [Int] = []) {
        (id, batch, printer, key) = (parcel.id, parcel.batch, parcel.printer, parcel.fingerprint)
        (letters, madeAt) = (parcel.letters, Moment(parcel.madeAt))
        (receivedAt, destroyedAt) = (Moment(parcel.receivedAt), Moment(parcel.destroyedAt))
        files = parcel.files.map {
            File(
                number: $0.number, name: $0.name, bytes: $0.bytes, sha256: $0.sha256, fetched: $0.fetched,
                left: OnPage(PrintOrders.mostFetched - $0.fetched))
        }
        let out = notToPost.map(String.init).joined(separator: ", ")
        view = OnPage(View(fetched: files.map(\.fetched).max() ?? 0, notToPost: out.isEmpty ? nil : out))
    }
}
