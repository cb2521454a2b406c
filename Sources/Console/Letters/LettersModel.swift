import Elections
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
    /// Who approved the specimen that was approved last, and when; null before that.
    let approvedBy: String?
    let approvedAt: Moment?
    /// The present print run, or the last one since the server's start; null for none.
    let run: PrintRun?
    /// Why nothing can be printed with the settings as they are, in English; null where it can.
    let fault: String?
    let view: OnPage<View>

    /// How a print run goes on, or how it ended. What does not belong to its state is null.
    struct PrintRun: PageModel {
        let state: State
        /// Of `printing`: those that are written by now. Of `done`: all of them.
        var letters: Int?
        /// Of `done`.
        var batch: Int?
        /// Of `done`: references of voters whose letter could not be printed, and why.
        var leftOut: [String]?
        /// Of `failed`: in English.
        var why: String?

        /// How far it is.
        enum State: String, CaseIterable, Choice {
            case printing, failed, done
            static var texts: String? { nil }
        }
    }

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
        /// The day, `2026-11-10`; null before.
        let postedOn: String?
        let view: OnPage<BatchView>
    }

    /// What the page says of it in its own way.
    struct BatchView: PageModel {
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
        /// How the print run goes on, in sentences.
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
        postedOn = batch?.postedOn
        view = OnPage(
            LettersModel.BatchView(isToPost: batch?.state == .printed, isToConfirm: batch?.state == .posted))
    }
}

extension LettersModel.PrintRun {
    init(_ job: PrintOrders.Job) {
        switch job {
        case .printing(let count): self.init(state: .printing, letters: count)
        case .failed(let reason): self.init(state: .failed, why: reason.description)
        case .done(let number, let count, let without):
            self.init(state: .done, letters: count, batch: number, leftOut: without)
        }
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
    /// Numbers of the sheets that must not be posted; null where they are not asked for, as among all parcels.
    let notToPost: [Int]?
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
        let left: Int
    }

    /// What pages say of it in their own way.
    struct View: PageModel {
        /// How often the file that was fetched most was fetched.
        let fetched: Int
        /// Sheets that must not be posted; null for none.
        let notToPost: String?
    }

    /// - Parameter notToPost: numbers of sheets; nil where it is not the question.
    init(_ parcel: Parcel, notToPost: [Int]? = nil) {
        self.notToPost = notToPost
        (id, batch, printer, key) = (parcel.id, parcel.batch, parcel.printer, parcel.fingerprint)
        (letters, madeAt) = (parcel.letters, Moment(parcel.madeAt))
        (receivedAt, destroyedAt) = (Moment(parcel.receivedAt), Moment(parcel.destroyedAt))
        files = parcel.files.map {
            File(
                number: $0.number, name: $0.name, bytes: $0.bytes, sha256: $0.sha256, fetched: $0.fetched,
                left: PrintOrders.mostFetched - $0.fetched)
        }
        let out = (notToPost ?? []).map(String.init).joined(separator: ", ")
        view = OnPage(View(fetched: files.map(\.fetched).max() ?? 0, notToPost: out.isEmpty ? nil : out))
    }
}
