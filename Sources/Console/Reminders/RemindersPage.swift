import Delivery
import Elections
import Operations
import Store

extension ConsoleSite {
    /// The page of past reminders.
    /// A list of past orders: `target`, `college`, `site`, `about`, `askedBy`, `askedAt`, `endedAt`.
    func reminders(_ call: Call) throws -> Screen {
        let language = call.language
        let runs = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.reminders.runs(reading)
        }
        return Screen(
            title: text("menu.reminders", language),
            blocks: [
                .text(text("reminders.text", language)),
                .links([(text("remind.title", language), "/manager/reminders/send")]),
                .table(
                    Table(
                        caption: text("reminders.past", language),
                        head: [
                            "f.target", "f.college", "f.site", "reminders.about", "approvals.by", "f.created",
                            "f.state",
                        ]
                        .map { (text($0, language), false) },
                        rows: runs.map { run in
                            [
                                Table.Cell(choiceText("target", run.order.target.rawValue, language)),
                                Table.Cell(choiceText("college", run.order.college, language)),
                                Table.Cell(choiceText("site", run.order.site, language)),
                                Table.Cell("\(text("about", language)) \(run.about)"), Table.Cell(run.askedBy),
                                Table.Cell(time(run.askedAt, language)),
                                Table.Cell(text(run.endedAt == nil ? "reminders.running" : "reminders.over", language)),
                            ]
                        }, empty: text("reminders.none", language))),
            ],
            data: .list(
                runs.map {
                    .object([
                        "target": .text($0.order.target.rawValue), "college": .text($0.order.college),
                        "site": .text($0.order.site), "about": .number($0.about), "askedBy": .text($0.askedBy),
                        "askedAt": .time($0.askedAt), "endedAt": .time($0.endedAt),
                    ])
                }), isLive: true)
    }

    /// Shows about how many it would reach, and the words; sends it when that was seen.
    /// - Returns: `.shown` with the preview, until `confirmed` comes with the order.
    func remind(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let order = Reminders.Order(
            target: Reminders.Target(rawValue: call["target"]) ?? .notSignedIn, college: call["college"],
            site: call["site"])
        guard call.has("confirmed") else {
            guard let about = try parts.reminders.preview(order, by: call.viewer) else {
                return .refused(422, text("remind.tooFew", language))
            }
            let fields = ["target", "college", "site"].map {
                FormBlock.Field(name: $0, label: "", input: .hidden, value: call[$0], isRequired: false)
            }
            let confirmed = FormBlock.Field(
                name: "confirmed", label: "", input: .hidden, value: "yes", isRequired: false)
            let blocks: [Block] = [
                .facts([
                    (text("f.target", language), choiceText("target", order.target.rawValue, language)),
                    (text("f.college", language), choiceText("college", order.college, language)),
                    (text("f.site", language), choiceText("site", order.site, language)),
                    (text("reminders.about", language), "\(text("about", language)) \(about)"),
                ]), .text(text("remind.words", language)),
                .form(
                    FormBlock(
                        path: "/manager/reminders/send", fields: fields + [confirmed],
                        button: text("remind.send", language))),
                .links([(text("back", language), "/manager/reminders")]),
            ]
            return .shown(
                Screen(title: text("remind.title", language), blocks: blocks, data: .object(["about": .number(about)])))
        }
        switch try parts.reminders.ask(order, by: call.viewer) {
        case .asked(let about):
            return .done(
                "\(text("remind.done", language)) \(about).", next: "reminders", data: ["about": .number(about)])
        case .tooFew: return .refused(422, text("remind.tooFew", language))
        case .tooSoon(let at): return .refused(409, text("remind.tooSoon", language), more: time(at, language))
        case .notOpen: return .refused(409, text("remind.notOpen", language), field: "target")
        case .unknownGroup: return .refused(422, text("fault.choice", language), field: "college")
        }
    }
}
