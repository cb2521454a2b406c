import Authentication
import Contacts
import Crypto
import Elections
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import VoterRoll

/// What is done with accounts of the staff.
struct StaffActions: ConsoleWork {
    let context: ConsoleContext

    /// Where their forms lead back.
    private static let back: @Sendable (ConsoleRequest) -> String = { _ in "staff" }

    /// Whom their forms are about.
    private static let aboutMember = FormAbout("memberForm", MemberAbout.self) { try StaffActions($0).aboutMember($1) }

    /// A member as the forms name them.
    struct MemberAbout: PageModel {
        let name: String
        let fullName: String
        let role: StaffRole
    }

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "staff/add", permission: .keepStaff, name: "staffAdd",
            fields: { _, _ in
                [
                    FormField("name", .text(maximum: 40)),
                    FormField("fullName", .text(maximum: StaffReason.longestName)),
                    FormField("mail", .text(maximum: 254)),
                    FormField("role", .choice(StaffRole.allCases.map(\.rawValue))),
                    FormField("language", .choice(Language.allCases.map(\.rawValue))),
                ]
            }, answer: Added.self, run: { try StaffActions($0).addStaff($1) }, back: back),
        ConsoleAction(
            path: "staff/{member}/confirm", permission: .decide, name: "staffConfirm", fields: { _, _ in [] },
            about: aboutMember, run: { try StaffActions($0).confirmStaff($1) }, back: back),
        ConsoleAction(
            path: "staff/{member}/renew", permission: .keepStaff, name: "staffRenew", fields: { _, _ in [.reason] },
            about: aboutMember, run: { try StaffActions($0).renewStaff($1) }, back: back),
        ConsoleAction(
            path: "staff/{member}/remove", permission: .keepStaff, name: "staffRemove", fields: { _, _ in [.reason] },
            about: aboutMember, run: { try StaffActions($0).removeStaff($1) }, back: back),
    ]

    /// The account that was added.
    struct Added: PageModel {
        let name: String
    }

    private var accounts: StaffAccounts { StaffAccounts(parts.operations) }

    /// Adds an account; one that decides waits for a second person.
    /// - Returns: done also where the account waits for a second person, in other words.
    func addStaff(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        guard let role = StaffRole(rawValue: call["role"]) else {
            return .refused(422, text("fault.choice", language), field: "role")
        }
        // Who may not do this is told so, and the journal has it, whatever else they sent.
        if let denial = try accounts.denial(role, call.viewer) {
            return answer(denial, language, done: "staffAdd.done")
        }
        let mail: EmailAddress
        do throws(EmailAddress.Fault) { mail = try EmailAddress(call["mail"].trimmed) } catch {
            let fault = PhoneGivenContact.Fault.value(call["mail"], error.reason)
            return .refused(422, said(fault, language), field: "mail")
        }
        let newcomer = StaffRegister.Newcomer(
            name: call["name"].trimmed, fullName: call["fullName"].trimmed, mail: mail, role: role,
            language: Language(rawValue: call["language"]) ?? .fr)
        let details = Added(name: newcomer.name)
        return answer(
            try accounts.add(newcomer, by: call.viewer), language, done: "staffAdd.done", details: details)
    }

    /// What an order is answered with.
    /// - Parameters:
    ///   - done: the key of what is said where it was done.
    ///   - details: for programs.
    private func answer(
        _ outcome: StaffAccounts.Outcome, _ language: Language, done: String, details: Added? = nil
    ) -> ActionResult {
        switch outcome {
        case .done: .done(text(done, language), next: "staff", details: details)
        case .waits: .done(text("staffAdd.waits", language), next: "staff", details: details)
        case .denied: .refused(403, text("staffAdd.denied", language))
        case .isOwn: .refused(403, text("staff.own", language))
        case .taken: .refused(409, text("staffAdd.taken", language), field: "name")
        case .badName: .refused(422, text("staffAdd.badName", language), field: "name")
        case .unknown: .refused(404, text("notFound.text", language))
        }
    }

    /// The member whom the address names.
    private func member(_ call: ConsoleRequest) throws(StoreError) -> StaffMember? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.member(reading, name: call.place["member"] ?? "")
        }
    }

    /// Whom an action is about; nil for a name that there is not.
    func aboutMember(_ call: ConsoleRequest) throws -> MemberAbout? {
        try member(call).map { MemberAbout(name: $0.name, fullName: $0.fullName, role: $0.role) }
    }

    /// What a new account is told that may not decide yet.
    func tooNew(_ until: Int, _ language: Language) -> ActionResult {
        .refused(403, "\(text("decide.tooNew", language)) \(time(until, language))")
    }

    /// Brings an account into force that somebody else added.
    func confirmStaff(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        switch try accounts.confirm(call.place["member"] ?? "", by: call.viewer) {
        case nil: return .done(text("staffConfirm.done", language), next: "staff")
        case .gone: return .refused(409, text("staffConfirm.gone", language))
        case .samePerson: return .refused(403, text("staffConfirm.samePerson", language))
        case .tooNew(let until): return tooNew(until, language)
        }
    }

    /// Sends a member a new identifier; passphrase and authenticator begin anew. Nobody does that to themselves.
    func renewStaff(_ call: ConsoleRequest) throws -> ActionResult {
        let outcome = try accounts.renew(
            call.place["member"] ?? "", reason: call["reason"].trimmed, by: call.viewer)
        return answer(outcome, call.language, done: "staffRenew.done")
    }

    /// Ends an account. Nobody ends their own.
    func removeStaff(_ call: ConsoleRequest) throws -> ActionResult {
        let outcome = try accounts.remove(
            call.place["member"] ?? "", reason: call["reason"].trimmed, by: call.viewer)
        return answer(outcome, call.language, done: "staffRemove.done")
    }
}
