import Delivery
import Elections
import Operations
import Staff
import Store

/// Reminders are looked at before they are sent.
struct ReminderActions: ConsoleWork {
    let context: ConsoleContext

    /// Their form.
    static let all = [
        ConsoleAction(
            path: "reminders/send", permission: .sendReminders, name: "remind",
            fields: { task, call in
                [
                    FormField("target", .choice(Reminders.Target.allCases.map(\.rawValue))),
                    FormField("college", .choice([""] + task.election.colleges.keys.sorted()), isRequired: false),
                    FormField("site", .choice([""] + task.election.sites.keys.sorted()), isRequired: false),
                ]
                    + (call.values["confirmed"] == nil && call.source == "console"
                        ? [] : [FormField("confirmed", .flag, isRequired: false)])
            }, answer: About.self,
            shows: [PageTemplate(name: "reminder", model: ReminderPreview.self)],
            run: { try ReminderActions($0).remind($1) }, back: { _ in "reminders" })
    ]

    /// How many it reaches.
    struct About: PageModel {
        /// Rounded to tens.
        let about: Int
    }

    /// Shows about how many it would reach, and the words; sends it when that was seen.
    /// - Returns: `.shown` with the preview, until `confirmed` comes with the order.
    func remind(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        let order = Reminders.Order(
            target: Reminders.Target(rawValue: call["target"]) ?? .notSignedIn, college: call["college"],
            site: call["site"])
        guard call.has("confirmed") else {
            guard let about = try parts.reminders.preview(order, by: call.viewer) else {
                return .refused(422, text("remind.tooFew", language))
            }
            return .shown(
                RenderedPage(
                    title: text("remind.title", language), template: "reminder",
                    model: ReminderPreview(
                        about: about,
                        view: OnPage(
                            ReminderPreview.View(
                                target: order.target, college: Named("college", order.college),
                                site: Named("site", order.site), order: .init(order))))))
        }
        switch try parts.reminders.ask(order, by: call.viewer) {
        case .asked(let about):
            return .done(
                "\(text("remind.done", language)) \(about).", next: "reminders", details: About(about: about))
        case .tooFew: return .refused(422, text("remind.tooFew", language))
        case .tooSoon(let at): return .refused(409, text("remind.tooSoon", language), more: time(at, language))
        case .notOpen: return .refused(409, text("remind.notOpen", language), field: "target")
        case .unknownGroup: return .refused(422, text("fault.choice", language), field: "college")
        }
    }
}

/// A reminder as it would go out.
struct ReminderPreview: PageModel {
    /// How many it would reach, rounded to tens.
    let about: Int
    let view: OnPage<View>

    /// What the page says beside that.
    struct View: PageModel {
        let target: Reminders.Target
        let college: Named
        let site: Named
        let order: Order
    }

    /// What the form that sends it carries.
    struct Order: PageModel {
        let target: String
        let college: String
        let site: String

        init(_ order: Reminders.Order) {
            (target, college, site) = (order.target.rawValue, order.college, order.site)
        }
    }
}
