package import CommandLineKit
package import Issuance
package import Operations
package import Typesetting

extension PrintOrders {
    /// Prints an order's letters into a folder, in clear without a printer's key; nil when no letter waits.
    package func printBatch(
        _ order: Order, into folder: String, printer: PrinterKey?, by actor: Actor
    ) throws(Refusal) -> PrintManifest? {
        do throws(PrintRefusal) { try BatchWriter.refuseFinished(folder) } catch { throw Refusal(error.description) }
        let progress = Terminal.progress("letters")
        defer { Terminal.endProgress() }
        let target = PrintTarget(printer: printer, folder: { _ in folder }, progress: progress)
        switch try refusing({ try printBatch(order, to: target, by: actor) }) {
        case .nothingWaits: return nil
        case .notApproved:
            throw Refusal(
                "The letters' specimen is not approved, as texts, layout and enclosures are now. Make it with `letters specimen --to FILE`, show it "
                    + "to the printer and the bureau, then note who approves it: `letters approve --by NAME`.")
        case .printed(let manifest, let leftOut):
            for letter in leftOut {
                Terminal.complain(
                    "Letter \(letter.number) (\(letter.reference ?? "voter \(letter.voter)")) was left out: \(letter.reason) Correct the "
                        + "roll with `roll correct`, then run `identifiers \(letter.keepsOld ? "reissue" : "issue")` and `letters print` "
                        + "again.")
            }
            return manifest
        }
    }
}
