import Crypto
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Staff
import Store
import Typesetting
import VoterRoll
import WebContent

/// What a printer does with parcels.
struct ParcelActions: ConsoleWork {
    let context: ConsoleContext

    /// Where their forms lead back.
    private static let toParcels: @Sendable (ConsoleRequest) -> String = { _ in "parcels" }

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "parcels/{parcel}/received", permission: .fetchLetters, name: "received", fields: { _, _ in [] },
            run: { try ParcelActions($0).received($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/{batch}/posted", permission: .fetchLetters, name: "postedByPrinter",
            fields: { _, _ in [FormField("on", .date)] }, answer: SheetActions.Posted.self,
            run: { try SheetActions($0).posted($1) }, back: toParcels),
        ConsoleAction(
            path: "parcels/{batch}/spoiled", permission: .fetchLetters, name: "spoiledByPrinter",
            fields: { try SheetActions($0).spoiledFields($1) }, run: { try SheetActions($0).spoiled($1) },
            back: toParcels),
        ConsoleAction(
            path: "parcels/{parcel}/destroyed", permission: .fetchLetters, name: "destroyed",
            fields: { _, _ in [FormField("confirmed", .flag)] }, run: { try ParcelActions($0).destroyed($1) },
            back: toParcels),
        ConsoleAction(
            path: "parcels/{parcel}/files/{file}/fetch", permission: .fetchLetters, name: "fetch",
            fields: { _, _ in [] },
            shows: [PageTemplate(name: "fetch", model: FileTicket.self)], run: { try ParcelActions($0).fetch($1) },
            back: toParcels),
        ConsoleAction(
            path: "parcels/key", permission: .fetchLetters, name: "printerKey",
            fields: { _, _ in [FormField("key", .long(maximum: 60_000)).forgotten] },
            answer: KeptKey.self, run: { try ParcelActions($0).printerKey($1) },
            back: toParcels),
    ]

    /// The key that parcels are encrypted to.
    struct KeptKey: PageModel {
        let fingerprint: String
    }

    /// Gives a ticket for a file; how often a file may be fetched is limited.
    func fetch(_ call: ConsoleRequest) throws -> ActionResult {
        let (parcel, file) = (call.id("parcel"), call.id("file"))
        switch try parts.letters.fetch(parcel: parcel, file: file, by: call.viewer) {
        case .ticket(let ticket):
            let path = "/manager/parcels/\(parcel)/files/\(file)/\(ticket)"
            return .shown(
                RenderedPage(
                    title: text("fetch.title", call.language), template: "fetch",
                    model: FileTicket(path: path, seconds: PrintOrders.ticketSeconds)))
        case .spent: return .refused(409, text("fetch.spent", call.language))
        case .unknown: return .refused(404, text("parcel.unknown", call.language))
        }
    }

    /// Keeps that the printer has a parcel.
    func received(_ call: ConsoleRequest) throws -> ActionResult {
        try parts.letters.received(parcel: call.id("parcel"), by: call.viewer)
            ? .done(text("received.done", call.language), next: "parcels")
            : .refused(409, text("received.gone", call.language))
    }

    /// Keeps that the printer destroyed a parcel's files and sheets.
    func destroyed(_ call: ConsoleRequest) throws -> ActionResult {
        guard call.has("confirmed") else {
            return .refused(422, text("destroyed.confirm", call.language), field: "confirmed")
        }
        return try parts.letters.destroyed(parcel: call.id("parcel"), by: call.viewer)
            ? .done(text("destroyed.done", call.language), next: "parcels")
            : .refused(409, text("destroyed.gone", call.language))
    }

    /// Keeps the printer's public key; a private one is refused and not kept.
    func printerKey(_ call: ConsoleRequest) throws -> ActionResult {
        let kept: String?
        do { kept = try parts.letters.keep(printerKey: Array(call["key"].utf8), by: call.viewer) } catch let error
            as PrintRefusal
        {
            return .refused(422, said(error, call.language), field: "key")
        }
        guard let fingerprint = kept else { return .refused(409, text("denied.text", call.language)) }
        return .done(
            "\(text("printerKey.done", call.language)) \(fingerprint)", next: "parcels",
            details: KeptKey(fingerprint: fingerprint))
    }
}

/// A ticket for a file of a parcel.
struct FileTicket: PageModel {
    /// From the site's root; good for the console alone.
    let path: String
    /// For which it holds.
    let seconds: Int
}
