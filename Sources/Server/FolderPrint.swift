package import CommandLineKit
package import Issuance
package import Operations
package import Typesetting

/// Letters that go into a folder of this machine, as the command line and the demo print them.
package enum FolderPrint {
    /// Prints an order's letters into a folder, in clear without a printer's key; nil when no letter waits.
    /// - Throws: a refusal where the folder holds a finished batch, or the specimen is not approved.
    package static func print(
        _ order: PrintOrders.Order, of letters: PrintOrders, into folder: String, printer: PrinterKey?, by actor: Actor
    ) throws(Refusal) -> PrintManifest? {
        do throws(PrintRefusal) { try BatchWriter.refuseFinished(folder) } catch { throw Refusal(error) }
        let progress = Terminal.progress("letters")
        defer { Terminal.endProgress() }
        let target = PrintTarget(printer: printer, folder: { _ in folder }, progress: progress)
        switch try refusing({ try letters.printBatch(order, to: target, by: actor) }) {
        case .nothingWaits: return nil
        case .notApproved:
            throw Refusal(
                "The letters' specimen is not approved, as texts, layout and enclosures are now. Make it with "
                    + "`letters specimen --to FILE`, show it to the printer and the bureau, then note who approves it: `letters approve --by NAME`."
            )
        case .printed(let manifest, let leftOut):
            for letter in leftOut {
                let again = "run `identifiers \(letter.keepsOld ? "reissue" : "issue")` and `letters print` again."
                Terminal.complain(
                    "Letter \(letter.number) (\(letter.reference ?? "voter \(letter.voter)")) was left out: \(letter.reason) "
                        + (letter.isOfUnknownKind
                            ? letter.carriesSecret
                                ? "To give the voter a new one, \(again)"
                                : "It is a notice and carries nothing secret: the voter's identifier goes on, and nothing has to be done."
                            : "Correct the roll with `roll correct`, then \(again)"))
            }
            return manifest
        }
    }
}
