import Authentication
import Contacts
import Crypto
import Elections
import Foundation
import Journal
import Operations
import Polling
import Staff
import Store
import VoterRoll

extension ConsoleSite {
    // MARK: Staff

    /// The page of all accounts.
    /// For programs a list: `name`, `fullName`, `role`, `hasAuthenticator`, `isWaiting`, `isExpired`.
    func staff(_ call: Call) throws -> Screen {
        let language = call.language
        let (members, expired) = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.membersWithExpired(reading)
        }
        var blocks: [Block] = [
            .table(
                Table(
                    caption: text("menu.staff", language),
                    head: [
                        "staff.name", "staff.fullName", "staff.role", "staff.factor", "staff.addedBy", "letters.key",
                        "staff.deeds", "staff.leaving",
                    ].map { (text($0, language), false) },
                    rows: members.map { member in
                        let may = call.viewer.may(member.role.keeper) && member.principal != call.viewer.principal
                        return [
                            Table.Cell(member.name), Table.Cell(member.fullName),
                            Table.Cell(StaffRegister.word(member.role, language)),
                            member.isWaiting
                                ? Table.Cell(
                                    text("staffConfirm.waits", language),
                                    path: call.viewer.may(.decide) ? "/manager/staff/\(member.name)/confirm" : nil)
                                : Table.Cell(
                                    text(
                                        expired.contains(member.id) ? "staff.expired" : member.hasFactor ? "yes" : "no",
                                        language)),
                            Table.Cell("\(member.addedBy), \(time(member.addedAt, language))"),
                            Table.Cell(member.fingerprint ?? ""),
                            Table.Cell(
                                may ? text("staffRenew.title", language) : "",
                                path: may ? "/manager/staff/\(member.name)/renew" : nil),
                            Table.Cell(
                                may ? text("staffRemove.title", language) : "",
                                path: may ? "/manager/staff/\(member.name)/remove" : nil),
                        ]
                    }))
        ]
        if call.viewer.may(.changeStaff) || call.viewer.may(.changeBureau) {
            blocks.append(.links([(text("staffAdd.title", language), "/manager/staff/add")]))
        }
        return Screen(
            title: text("menu.staff", language), blocks: blocks,
            data: .list(
                members.map {
                    .object([
                        "name": .text($0.name), "fullName": .text($0.fullName), "role": .text($0.role.rawValue),
                        "hasAuthenticator": .flag($0.hasFactor), "isWaiting": .flag($0.isWaiting),
                        "isExpired": .flag(expired.contains($0.id)),
                    ])
                }))
    }

    /// Refuses who may not add or remove people of a role; the journal keeps it.
    /// - Returns: nil for who may.
    private func mayNot(_ call: Call, _ role: StaffRole) throws -> DeedAnswer? {
        guard !call.viewer.may(role.keeper) else { return nil }
        try journalDenied(call.viewer, role.keeper, "staff", from: call.source)
        return .refused(403, text("staffAdd.denied", call.language))
    }

    /// Adds an account; one that decides waits for a second person.
    /// - Returns: done also where the account waits for a second person, in other words.
    func addStaff(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        guard let role = StaffRole(rawValue: call["role"]) else {
            return .refused(422, text("fault.choice", language), field: "role")
        }
        if let refusal = try mayNot(call, role) { return refusal }
        let mail: EmailAddress
        do throws(EmailAddress.Fault) { mail = try EmailAddress(call["mail"].trimmed) } catch {
            return .refused(
                422, refusal("\"\(call["mail"])\" \(error.reason)", "refusal.contact", language), field: "mail")
        }
        let newcomer = StaffRegister.Newcomer(
            name: call["name"].trimmed, fullName: call["fullName"].trimmed, mail: mail, role: role,
            language: Language(rawValue: call["language"]) ?? .fr)
        let change = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.register.add(transaction, newcomer, by: call.viewer.principal)
        }
        switch change {
        case .done: return .done(text("staffAdd.done", language), next: "staff", data: ["name": .text(newcomer.name)])
        case .waits:
            return .done(text("staffAdd.waits", language), next: "staff", data: ["name": .text(newcomer.name)])
        case .taken: return .refused(409, text("staffAdd.taken", language), field: "name")
        case .badName: return .refused(422, text("staffAdd.badName", language), field: "name")
        case .unknown: return .refused(404, text("notFound.text", language))
        }
    }

    /// The member whom the address names.
    private func member(_ call: Call) throws(StoreError) -> StaffMember? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.member(reading, name: call.place["member"] ?? "")
        }
    }

    /// Whom a deed is about; nil for a name that there is not.
    func aboutMember(_ call: Call) throws -> [Block]? {
        guard let member = try member(call) else { return nil }
        return [
            .facts([
                (text("staff.name", call.language), member.name),
                (text("staff.fullName", call.language), member.fullName),
                (text("staff.role", call.language), StaffRegister.word(member.role, call.language)),
            ])
        ]
    }

    /// What a new account is told that may not decide yet.
    func tooNew(_ until: Int, _ language: Language) -> DeedAnswer {
        .refused(403, "\(text("decide.tooNew", language)) \(time(until, language))")
    }

    /// Brings an account into force that somebody else added.
    func confirmStaff(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        let denial = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.register.confirm(transaction, name: call.place["member"] ?? "", by: call.viewer.principal)
        }
        switch denial {
        case nil: return .done(text("staffConfirm.done", language), next: "staff")
        case .gone: return .refused(409, text("staffConfirm.gone", language))
        case .samePerson: return .refused(403, text("staffConfirm.samePerson", language))
        case .tooNew(let until): return tooNew(until, language)
        }
    }

    /// Sends a member a new identifier; passphrase and authenticator begin anew. Nobody does that to themselves.
    func renewStaff(_ call: Call) throws -> DeedAnswer {
        guard let member = try member(call) else { return .refused(404, text("notFound.text", call.language)) }
        if let refusal = try mayNot(call, member.role) { return refusal }
        if member.principal == call.viewer.principal { return .refused(403, text("staff.own", call.language)) }
        let change = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.register.renew(
                transaction, name: member.name, reason: call["reason"].trimmed, by: call.viewer.principal)
        }
        guard case .done = change else { return .refused(404, text("notFound.text", call.language)) }
        return .done(text("staffRenew.done", call.language), next: "staff")
    }

    /// Ends an account. Nobody ends their own.
    func removeStaff(_ call: Call) throws -> DeedAnswer {
        guard let member = try member(call) else { return .refused(404, text("notFound.text", call.language)) }
        if let refusal = try mayNot(call, member.role) { return refusal }
        if member.principal == call.viewer.principal { return .refused(403, text("staff.own", call.language)) }
        let isDone = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.register.remove(
                transaction, name: member.name, reason: call["reason"].trimmed, by: call.viewer.principal)
        }
        return isDone
            ? .done(text("staffRemove.done", call.language), next: "staff")
            : .refused(404, text("notFound.text", call.language))
    }

    // MARK: Programs

    /// The page of programs' tokens; the tokens themselves are not shown.
    /// For programs a list: `name`, `role`, `expiresAt`.
    func clientList(_ call: Call) throws -> Screen {
        let language = call.language
        let all = try store.read { (reading: borrowing Reading) throws(StoreError) in try clients.all(reading) }
        return Screen(
            title: text("menu.clients", language),
            blocks: [
                .text(text("clients.text", language)),
                .table(
                    Table(
                        caption: text("menu.clients", language),
                        head: ["staff.name", "staff.role", "staff.addedBy", "clients.expires", "staff.deeds"].map {
                            (text($0, language), false)
                        },
                        rows: all.map {
                            [
                                Table.Cell($0.name), Table.Cell(StaffRegister.word($0.role, language)),
                                Table.Cell($0.addedBy),
                                Table.Cell(time($0.expiresAt, language)),
                                Table.Cell(
                                    text("clientRemove.title", language), path: "/manager/clients/\($0.name)/remove"),
                            ]
                        }, empty: text("none", language))),
                .links([
                    (text("clientAdd.title", language), "/manager/clients/add"), ("OpenAPI", "/api/v1/openapi.json"),
                ]),
            ],
            data: .list(
                all.map {
                    .object(["name": .text($0.name), "role": .text($0.role.rawValue), "expiresAt": .time($0.expiresAt)])
                }))
    }

    /// Makes a token, which is shown this once.
    func addClient(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        guard let role = StaffRole(rawValue: call["role"]) else {
            return .refused(422, text("fault.choice", language), field: "role")
        }
        let token = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.add(
                transaction, name: call["name"].trimmed, role: role, days: call.number("days") ?? 1,
                by: call.viewer.principal)
        }
        guard let token else { return .refused(422, text("staffAdd.badName", language), field: "name") }
        return .shown(
            Screen(
                title: text("clientAdd.title", language),
                blocks: [
                    .text(text("clientAdd.shown", language)), .codes([token]),
                    .links([(text("back", language), "/manager/clients")]),
                ], data: .object(["token": .text(token)])))
    }

    /// Ends a token.
    func removeClient(_ call: Call) throws -> DeedAnswer {
        let isDone = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.remove(transaction, name: call.place["client"] ?? "", by: call.viewer.principal)
        }
        return isDone
            ? .done(text("clientRemove.done", call.language), next: "clients")
            : .refused(404, text("notFound.text", call.language))
    }

    // MARK: Oneself

    /// The member's own page.
    func account(_ call: Call) throws -> Screen {
        let language = call.language
        guard case .staff(let name) = call.viewer.principal else { return Screen(title: "", blocks: [], data: .none) }
        let (member, left, signIns) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (StaffMember?, Int, [SignIn]) in
            let member = try parts.register.member(reading, name: name)
            return (
                member, try member.map { member throws(StoreError) in try factor.spareLeft(reading, member) } ?? 0,
                try parts.door.signIns(reading, call.viewer.principal, limit: 10)
            )
        }
        return Screen(
            title: text("menu.account", language),
            blocks: [
                .facts([
                    (text("staff.name", language), name), (text("staff.fullName", language), member?.fullName ?? ""),
                    (text("staff.role", language), StaffRegister.word(call.viewer.role, language)),
                    (text("account.spare", language), "\(left)"),
                ]), .hint(text("account.hint", language)),
                .links([(text("ownSecret.title", language), "/manager/" + AccountSecret.path)]),
                .table(
                    Table(
                        caption: text("account.signIns", language), head: [(text("journal.when", language), false)],
                        rows: signIns.map { [Table.Cell(time($0.at, language))] }, empty: text("none", language))),
            ], data: .object(["name": .text(name), "role": .text(call.viewer.role.rawValue)]))
    }
}
