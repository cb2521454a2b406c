package import Elections
package import Typesetting

/// Why a printing order was not carried out, or what became of letters is not noted.
package enum PrintRefusal: Reason, Error, Equatable {
    /// There is no batch of this number.
    case noBatch(Int)
    /// A batch was printed after the day on which it is said to be posted.
    case printedAfter(batch: Int, date: String)
    /// A batch is not printed yet, and cannot be posted.
    case notPrinted(batch: Int)
    /// A batch is not printed yet: the next order goes on with it.
    case unfinished(batch: Int)
    /// A batch was noted as posted on this day already.
    case posted(batch: Int, date: String)
    /// A batch is not posted yet.
    case notPosted(batch: Int)
    /// A batch was confirmed already.
    case confirmed(batch: Int)
    /// The secrets of a batch are gone.
    case wiped(batch: Int)
    /// A number below the first.
    case numbers
    /// A batch has none of these letters that may be printed again; nil stands for all of them.
    case nothingAgain(batch: Int, letters: ClosedRange<Int>?)
    /// A batch has no such letter, or it was reported before.
    case noLetter(batch: Int, letter: Int)
    /// No letter with an identifier was printed for a voter of this reference.
    case noVoterLetter(reference: String)
    /// No letter waits.
    case nothingWaits
    /// The specimen was changed since its approval.
    case notApproved
    /// The printer of this name has no key.
    case noKey(printer: String)
    /// What is wrong with the printer's key.
    case key(PrinterKeyError.Fault)
    /// The specimen cannot be made: what is wrong with a template, an enclosure or the store.
    case specimen(String)
    /// The files' folder cannot be made.
    case folder(String, String)
    /// A folder holds an earlier print run.
    case earlierRun(folder: String, file: String)
    /// A file cannot be made.
    case cannotMake(String)
    /// The disk has no place for a file.
    case noSpace(String)
    /// A file could not be written: what the system says.
    case cannotWrite(String, String)
    /// A file cannot get its name: the system's number of the error.
    case cannotName(String, Int)
    /// What the typesetter, gpg or the store says.
    case fault(String)
    /// The same of one file.
    case fileFault(String, String)
    /// A batch that was opened goes on with the next order.
    indirect case kept(PrintRefusal, batch: Int)

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .noBatch, .printedAfter, .notPrinted, .unfinished, .posted, .notPosted, .confirmed, .wiped: batchText
        case .numbers, .nothingAgain, .noLetter, .noVoterLetter: letterText
        case .nothingWaits: ReasonText("letters.nothingWaits", "No letter waits to be printed.")
        case .notApproved:
            ReasonText("letters.notApproved", "The specimen was changed since: it waits for its approval.")
        case .noKey(let printer): ReasonText("letters.noKey", "The printer \(printer, "printer") has no key.")
        case .key(let fault): text(fault)
        case .specimen(let why): ReasonText("letters.specimen", "The specimen cannot be made: \(why, "why")")
        case .folder, .earlierRun, .cannotMake, .noSpace, .cannotWrite, .cannotName: diskText
        case .fault(let why): ReasonText("letters.fault", "\(why, "why")")
        case .fileFault(let file, let why): ReasonText("letters.fileFault", "\(file, "file"): \(why, "why")")
        case .kept(let why, let batch):
            ReasonText(
                "letters.kept", "\(why, "why") Batch \(batch, "batch") is kept: print again and it goes on.")
        }
    }

    /// Of a batch as it stands.
    private var batchText: ReasonText {
        switch self {
        case .printedAfter(let batch, let date):
            ReasonText(
                "letters.printedAfter",
                "Batch \(batch, "batch") was printed after \(date, "date"): give the day on which the post took it.")
        case .notPrinted(let batch):
            ReasonText(
                "letters.notPrinted",
                "Batch \(batch, "batch") is not printed yet: run `letters print --to FOLDER` first.")
        case .unfinished(let batch):
            ReasonText(
                "letters.unfinished",
                "Batch \(batch, "batch") is not printed yet: run `letters print --to FOLDER` and it goes on.")
        case .posted(let batch, let date):
            ReasonText("letters.posted", "Batch \(batch, "batch") was marked as posted on \(date, "date") already.")
        case .notPosted(let batch):
            ReasonText(
                "letters.notPosted",
                "Batch \(batch, "batch") is not posted yet: run `letters posted \(batch, "batch") --on DATE` first.")
        case .confirmed(let batch): ReasonText("letters.confirmed", "Batch \(batch, "batch") was confirmed already.")
        case .wiped(let batch):
            ReasonText(
                "letters.wiped", "The secrets of batch \(batch, "batch") are wiped: issue new letters instead.")
        case .noBatch(let batch): ReasonText("letters.noBatch", "There is no batch \(batch, "batch").")
        default: letterText
        }
    }

    /// Of single letters.
    private var letterText: ReasonText {
        switch self {
        case .nothingAgain(let batch, nil):
            ReasonText("letters.nothingAgain", "Batch \(batch, "batch") has no letter that may be printed again.")
        case .nothingAgain(let batch, let letters?):
            ReasonText(
                "letters.noneOfAgain",
                "Batch \(batch, "batch") has no letter \(LetterBatches.phrase(letters), "letters") that may be printed again."
            )
        case .noLetter(let batch, let letter):
            ReasonText(
                "letters.noLetter",
                "Batch \(batch, "batch") has no letter \(letter, "letter"), or it was reported before.")
        case .noVoterLetter(let reference):
            ReasonText(
                "letters.noVoterLetter",
                "No letter with an identifier was printed for a voter \"\(reference, "reference")\".")
        default: ReasonText("letters.numbers", "Letters are numbered from 1 on.")
        }
    }

    /// Of files and folders.
    private var diskText: ReasonText {
        switch self {
        case .folder(let folder, let why):
            ReasonText("letters.folder", "The folder \(folder, "folder") cannot be made: \(why, "why")")
        case .earlierRun(let folder, let file):
            ReasonText(
                "letters.earlierRun",
                "\(folder, "folder") holds \(file, "file") of an earlier print run: give another folder with --to.")
        case .cannotMake(let file):
            ReasonText("letters.cannotMake", "\(file, "file") cannot be made: check the folder's permissions.")
        case .cannotWrite(let file, let why):
            ReasonText("letters.cannotWrite", "\(file, "file") could not be written: \(why, "why")")
        case .cannotName(let file, let number):
            ReasonText("letters.cannotName", "\(file, "file") cannot be named: \(number, "number")")
        case .noSpace(let file):
            ReasonText("letters.noSpace", "\(file, "file") could not be written: check the free space.")
        default: batchText
        }
    }

    private func text(_ fault: PrinterKeyError.Fault) -> ReasonText {
        switch fault {
        case .noKey(let output):
            ReasonText("key.noKey", "the file holds no OpenPGP key that gpg can read: \(output, "output")")
        case .isPrivate:
            ReasonText(
                "key.isPrivate",
                "the file holds a private key. It is burnt: whoever saw it on its way can read what is encrypted to it. Nothing of it was kept. Revoke it, make a new OpenPGP pair of keys, and give the public key alone."
            )
        case .unreadable(let longest):
            ReasonText(
                "key.unreadable",
                "the file cannot be read, or is longer than the \(longest, "longest") bytes of a key.")
        case .notOne: ReasonText("key.notOne", "the file must hold exactly one OpenPGP key.")
        case .cannotEncrypt:
            ReasonText(
                "key.cannotEncrypt",
                "The key in the file cannot encrypt, or has expired: ask the printer for a current one.")
        case .gpg(let why): ReasonText("key.gpg", "\(why, "why")")
        }
    }
}
