import Authentication
import Crypto
import Elections
import Foundation
import HTTPServer
import Journal
import Operations
import Staff
import Store
import Synchronization
import Tally
import Templating

extension ConsoleSite {
    // MARK: Rendering

    /// A page with menu and all.
    /// - Parameters:
    ///   - path: below `/manager/`, by which the menu shows where one is.
    ///   - error: said above everything.
    /// - Throws: an error of the store or of the template.
    func show(
        _ visitor: Visitor, _ screen: Screen, path: String, status: Int = 200, error: String? = nil
    ) throws -> Response {
        let language = visitor.language
        let isPost = visitor.request.method == .post
        var note: String?
        if !isPost, let said = visitor.request.parameter("say"), let sign = visitor.request.parameter("sign"),
            Secret(sign).matches(Secret(self.sign(said, visitor)))
        {
            note = said
        }
        let isSignedIn = visitor.session?.confirmedAt != nil
        let other: Language = language == .fr ? .en : .fr
        var values: [String: TemplateValue] = [
            "title": .text(screen.title), "form": .text(visitor.form), "owner": .text(owner(visitor)),
            "lang": .text(language.rawValue),
            "otherLang": .text(other.rawValue),
            "switch": .text(switchPath(visitor, other)),
            "error": error.map { .object(["text": .text($0)]) } ?? .nothing,
            "note": note.map { .object(["text": .text($0)]) } ?? .nothing,
            "who": isSignedIn
                ? visitor.member.map {
                    .object(["name": .text($0.fullName), "role": .text(StaffRegister.word($0.role, language))])
                } ?? .nothing : .nothing,
            "menu": .list(isSignedIn ? try menu(visitor, path) : []),
            "expiry": isSignedIn
                ? visitor.session.map {
                    .object(["seconds": .text("\(min(Doorkeeper.idleSeconds, $0.endsAt - parts.clock.now))")])
                } ?? .nothing : .nothing,
            "live": screen.isLive ? .object(["path": .text("/manager/" + path)]) : .nothing,
            "may": ConsolePages.may(visitor.viewer),
        ]
        values["blocks"] = .list(
            screen.blocks.enumerated().map { $1.value($0, form: visitor.form, owner: owner(visitor)) })
        values["page"] = try ModelEncoder.values(screen.model, wording(language))
        return Response(status, body: try pages.bytes(screen.template, language, values))
    }

    /// This page in the other language: what was searched for stays, and after a form its own page is shown.
    private func switchPath(_ visitor: Visitor, _ other: Language) -> String {
        let kept =
            visitor.request.method == .post
            ? []
            : visitor.request.query.filter {
                !["lang", "say", "sign"].contains($0.name)
            }
        return visitor.request.path + "?"
            + kept.map { "\(ConsoleSite.escaped($0.name))=\(ConsoleSite.escaped($0.value))&" }.joined()
            + "lang=\(other.rawValue)"
    }

    /// The pages that somebody may see.
    private func menu(_ visitor: Visitor, _ path: String) throws(StoreError) -> [TemplateValue] {
        guard let viewer = visitor.viewer else { return [] }
        let here = path.split(separator: "/").first.map(String.init) ?? ""
        let waiting = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try approvals.waitingCount(reading)
        }
        return Menu.entries.filter { viewer.may($0.deed) }.map { entry in
            let count = entry.path == "approvals" && waiting > 0 ? waiting : nil
            return .object([
                "path": .text("/manager" + (entry.path.isEmpty ? "" : "/" + entry.path)),
                "text": .text(text("menu.\(entry.path.isEmpty ? "home" : entry.path)", visitor.language)),
                "isHere": .flag(here == entry.path),
                "count": count.map { .object(["text": .text("\($0)")]) } ?? .nothing,
            ])
        }
    }

    /// A page that says something and leads on.
    /// - Parameter more: what stands behind the text.
    /// - Parameter name: the beginning of the keys of title and text.
    func message(_ visitor: Visitor, _ status: Int, _ name: String, more: String? = nil) -> Response {
        let language = visitor.language
        let screen = Screen(
            title: text("\(name).title", language),
            blocks: [
                .text(text("\(name).text", language) + (more.map { " \($0)." } ?? "")),
                .links([(text("backHome", language), "/manager")]),
            ], data: .none)
        do { return try show(visitor, screen, path: "", status: status) } catch {
            log("the page \(name) could not be rendered: \(error)")
            return .text(500, "internal error\n")
        }
    }
}

extension ConsoleSite {
    /// What is wrong with the values of a deed, field by field.
    /// - Returns: each fault with its field's name; none where the deed may be done.
    func faults(_ action: ConsoleAction, _ call: Call) throws -> [(field: String, text: String)] {
        try action.fields(context, call).compactMap { field in
            let value = call[field.name].trimmed
            let label = self.label(field, action, call.language)
            func fault(_ name: String) -> (field: String, text: String) {
                (field.name, "\(label): \(text("fault.\(name)", call.language))")
            }
            if value.isEmpty { return field.isRequired ? fault("missing") : nil }
            switch field.kind {
            case .text(let maximum):
                if value.unicodeScalars.count > maximum { return fault("long") }
                return value.contains(where: \.isNewline) || !StaffReason.isPlain(value) ? fault("line") : nil
            case .long(let maximum): return value.unicodeScalars.count > maximum ? fault("long") : nil
            case .choice(let values): return values.contains(value) ? nil : fault("choice")
            case .flag: return ["yes", "no"].contains(value) ? nil : fault("choice")
            case .date:
                return LocalTime.read(value + " 12:00", zone: .gmt) == nil || value.count != 10 ? fault("date") : nil
            case .number(let range): return Int(value).map(range.contains) == true ? nil : fault("number")
            case .hidden: return nil
            }
        }
    }
}

/// The console's pages in the order of the menu.
enum Menu {
    /// Path below `/manager/`, and the deed that a role must have to see it.
    static let entries: [(path: String, deed: Deed)] = [
        ("", .seeOwn), ("voters", .seeVoters), ("approvals", .decide), ("questions", .answerVoters),
        ("deliveries", .seeDeliveries), ("reminders", .sendReminders), ("letters", .seeLetters),
        ("parcels", .fetchLetters), ("picture", .seePicture), ("seal", .seeSeal), ("policy", .seePolicy),
        ("roll", .changeRoll), ("journal", .seeJournal), ("staff", .seeStaff), ("clients", .changeClients),
        ("account", .seeOwn), ("help", .seeOwn),
    ]
}
