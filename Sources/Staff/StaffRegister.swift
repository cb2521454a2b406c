package import Authentication
package import Contacts
package import Crypto
package import Delivery
package import Elections
package import Issuance
package import Journal
package import Store

/// Who works on an election: adds, removes, finds, and sends them the identifier of the console.
///
///     manager          StaffRegister                  outbox            new member
///       | add ----------> | account, identifier (hash) |                   |
///       |                 | sealed message ----------->| ----------------> |
///       |                 |                            |    identifier, mailed code, passphrase, authenticator
package struct StaffRegister: Sendable {
    /// Whose staff this is: an account is of one election.
    package let election: StoredElection
    let key: ElectionKey
    let messageTemplates: MessageTemplates
    let outbox: Outbox
    let passphrases: PassphraseService
    let journal: AuditJournal
    let clock: Clock
    let randomness: Randomness
    /// The console's address, as messages name it.
    private let console: String

    /// - Parameter console: `https://...` without a slash at its end, perhaps with parameters.
    package init(
        election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates, outbox: Outbox,
        passphrases: PassphraseService,
        journal: AuditJournal, clock: Clock, randomness: Randomness, console: String
    ) {
        (self.election, self.key, self.messageTemplates, self.outbox, self.passphrases) = (
            election, key, messageTemplates, outbox, passphrases
        )
        (self.journal, self.clock, self.randomness, self.console) = (journal, clock, randomness, console)
    }

    /// The address of a page of the console, as messages name it.
    /// - Parameter page: below the console's address, with a slash before it; empty for its first page.
    package func link(_ page: String = "") -> String {
        let mark = console.firstIndex(of: "?") ?? console.endIndex
        return console[..<mark] + page + console[mark...]
    }

    /// What the console asks of whoever comes, whatever the election asks of its voters.
    package static var policy: AccessPolicy {
        var policy = AccessPolicy(level: 3)
        policy.codeChannel = .same
        policy.secretReset = .manager
        return policy
    }

    /// Symbols of an identifier, the check symbol among them.
    static let identifierCount = 12
    /// Letters of a name in the journal.
    private static let nameLengths = 2...40
    /// Days after which an identifier that nobody has used is worth nothing: two weeks of leave, and no longer does it lie in a
    /// mailbox for whoever comes.
    package static let unusedDays = 14
    /// Names that tokens of programs have in the journal begin so.
    static let clientPrefix = "api."

    // MARK: Who there is

    /// The members who were not removed, by name.
    package func members(_ reading: borrowing Reading) throws(StoreError) -> [StaffMember] {
        try reading.all(
            """
            SELECT id, name, full_name, role, language, generation, factor_at IS NOT NULL, printer_fingerprint, added_by,
                added_at, removed_at IS NOT NULL, in_force_at IS NULL, decides_at, sent_at
            FROM staff_member WHERE election = ? AND removed_at IS NULL ORDER BY name
            """, election.number, row: StaffMember.read)
    }

    /// The member with this name; nil when there is none or they were removed.
    package func member(_ reading: borrowing Reading, name: String) throws(StoreError) -> StaffMember? {
        try reading.first(
            """
            SELECT id, name, full_name, role, language, generation, factor_at IS NOT NULL, printer_fingerprint, added_by,
                added_at, removed_at IS NOT NULL, in_force_at IS NULL, decides_at, sent_at
            FROM staff_member WHERE election = ? AND name = ? AND removed_at IS NULL
            """, election.number, name, row: StaffMember.read)
    }

    /// The member in force with this identifier's hash; nil when there is none.
    func member(_ reading: borrowing Reading, hash: [UInt8]) throws(StoreError) -> StaffMember? {
        try reading.first(
            """
            SELECT id, name, full_name, role, language, generation, factor_at IS NOT NULL, printer_fingerprint, added_by,
                added_at, removed_at IS NOT NULL, in_force_at IS NULL, decides_at, sent_at
            FROM staff_member WHERE election = ? AND hash = ? AND removed_at IS NULL AND in_force_at IS NOT NULL
            """, election.number, hash, row: StaffMember.read)
    }

    /// Whether a member's identifier has expired because no passphrase was chosen with it in time.
    package func isExpired(_ reading: borrowing Reading, _ member: StaffMember) throws(StoreError) -> Bool {
        guard !member.isWaiting, member.sentAt + StaffRegister.unusedDays * 86_400 <= clock.now else { return false }
        return try !passphrases.record(reading, election: election.number, member.principal).isSet
    }

    /// The members and, of them, the numbers of those whose identifier has expired unused.
    package func membersWithExpired(
        _ reading: borrowing Reading
    ) throws(StoreError) -> (all: [StaffMember], expired: Set<Int>) {
        let members = try members(reading)
        var expired: Set<Int> = []
        for member in members where try isExpired(reading, member) { expired.insert(member.id) }
        return (members, expired)
    }

    /// The mail address of a member.
    package func mail(_ reading: borrowing Reading, _ member: StaffMember) throws(StoreError) -> String {
        let sealed = try reading.first("SELECT mail FROM staff_member WHERE id = ?", member.id) {
            (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
        }
        guard let sealed, let plain = sealer().open(sealed, associated: place(member.name)) else {
            throw StoreError(
                .damaged, "The mail address of \(member.name) does not open with this election's key.",
                cure: "Run `store check`.")
        }
        return String(decoding: plain, as: UTF8.self)
    }

    // MARK: Coming and going

    /// What is known of a new member.
    package struct Newcomer: Sendable {
        /// 2 to 40 small letters, digits, dots and hyphens; not one that begins with `api.`.
        package let name: String
        /// As mails greet them.
        package let fullName: String
        /// Where identifier and codes go; sealed in the store and in the journal.
        package let mail: EmailAddress
        /// What they will be there for.
        package let role: StaffRole
        /// The language of mails and of the console.
        package let language: Language

        /// The name is checked by `add`, in its transaction.
        package init(name: String, fullName: String, mail: EmailAddress, role: StaffRole, language: Language) {
            (self.name, self.fullName, self.mail) = (name, fullName, mail)
            (self.role, self.language) = (role, language)
        }
    }

    /// What a change of the register came to.
    package enum Change: Sendable, Equatable {
        /// With the identifier that was sent.
        case done(identifier: String)
        /// The account waits for a second person's word; its identifier is sent then.
        case waits
        case unknown
        /// The name is taken, by somebody who was removed perhaps: what the journal says of a name is of one person.
        case taken
        /// The name is not made of 2 to 40 small letters, digits, dots and hyphens.
        case badName
    }

    /// Adds a member and sends them their identifier; who will decide on what others ask for, and was added by a member, waits
    /// for a second person's word first.
    package func add(
        _ transaction: borrowing Transaction, _ newcomer: Newcomer, by principal: Principal
    ) throws(StoreError) -> Change {
        guard StaffRegister.isName(newcomer.name) else { return .badName }
        let isTaken = try transaction.reading.number(
            "SELECT count(*) FROM staff_member WHERE election = ? AND name = ?", election.number, newcomer.name)
        guard isTaken == 0 else { return .taken }
        let identifier = SymbolCode.random(count: StaffRegister.identifierCount, from: randomness)
        let now = clock.now
        let id = try transaction.insert(
            """
            INSERT INTO staff_member (election, name, full_name, role, language, mail, hash, generation, added_by, added_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
            """, election.number, newcomer.name, newcomer.fullName, newcomer.role.rawValue, newcomer.language.rawValue,
            sealer().seal(Array(newcomer.mail.text.utf8), associated: place(newcomer.name)), hash(identifier),
            principal.text, now)
        try journal.record(
            transaction, election: election.election.id, by: principal, .staffAdd,
            ["name": newcomer.name, "role": newcomer.role.rawValue],
            personal: .init(["mail": newcomer.mail.text], key: key))
        var isWaiting = false
        if newcomer.role.may(.decide), case .staff = principal { isWaiting = true }
        if !isWaiting {
            try enforce(transaction, id, newcomer.role)
            try send(transaction, identifier, to: id, generation: 1)
        }
        if newcomer.role.may(.decide) {
            try tellAll(transaction, of: newcomer.name, by: principal, isWaiting: isWaiting)
        }
        return isWaiting ? .waits : .done(identifier: identifier.grouped)
    }

    /// Sends a member a new identifier, after which they choose a new passphrase and enrol their authenticator again: for
    /// who lost any of the three. Their sessions end.
    package func renew(
        _ transaction: borrowing Transaction, name: String, reason: String, by principal: Principal
    ) throws(StoreError) -> Change {
        guard let member = try member(transaction.reading, name: name), !member.isWaiting else { return .unknown }
        let identifier = SymbolCode.random(count: StaffRegister.identifierCount, from: randomness)
        try transaction.execute(
            """
            UPDATE staff_member SET hash = ?, generation = generation + 1, factor = NULL, factor_at = NULL WHERE id = ?
            """, hash(identifier), member.id)
        try transaction.execute("DELETE FROM staff_spare WHERE member = ?", member.id)
        try passphrases.clear(
            transaction, election: election.number, named: election.election.id, member.principal, by: principal,
            why: reason)
        try outbox.withdraw(transaction, election: election.number, subject: member.subject)
        try send(transaction, identifier, to: member.id, generation: member.generation + 1)
        try journal.record(
            transaction, election: election.election.id, by: principal, .staffRenew, ["name": name, "reason": reason])
        return .done(identifier: identifier.grouped)
    }

    /// Ends a member's account; false when there is none of this name.
    package func remove(
        _ transaction: borrowing Transaction, name: String, reason: String, by principal: Principal
    ) throws(StoreError) -> Bool {
        guard let member = try member(transaction.reading, name: name) else { return false }
        try transaction.execute(
            "UPDATE staff_member SET removed_at = ?, factor = NULL WHERE id = ?", clock.now, member.id)
        try transaction.execute("DELETE FROM staff_spare WHERE member = ?", member.id)
        try transaction.execute(
            """
            UPDATE staff_approval SET state = 'taken back', decided_at = ?, answer = 'its author was removed'
            WHERE election = ? AND asked_by = ? AND state = 'waiting'
            """, clock.now, election.number, member.principal.text)
        // Their tokens are theirs.
        try transaction.execute(
            "UPDATE staff_client SET removed_at = ? WHERE election = ? AND added_by = ? AND removed_at IS NULL",
            clock.now,
            election.number, member.principal.text)
        try outbox.withdraw(transaction, election: election.number, subject: member.subject)
        try journal.record(
            transaction, election: election.election.id, by: principal, .staffRemove,
            ["name": name, "role": member.role.rawValue, "reason": reason])
        return true
    }

    /// Ends every account and what is kept of persons: names, addresses, authenticators.
    package func erase(_ transaction: borrowing Transaction, by principal: Principal) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE staff_member SET full_name = '', mail = x'', factor = NULL, printer_key = NULL,
                removed_at = coalesce(removed_at, ?) WHERE election = ?
            """, clock.now, election.number)
        try transaction.execute(
            "DELETE FROM staff_spare WHERE member IN (SELECT id FROM staff_member WHERE election = ?)", election.number)
        try transaction.execute(
            "UPDATE staff_client SET removed_at = coalesce(removed_at, ?) WHERE election = ?", clock.now,
            election.number)
        try transaction.execute("UPDATE staff_approval SET sealed = x'' WHERE election = ?", election.number)
    }

    // MARK: A printer's key

    /// Keeps the OpenPGP key to which a printer's files are encrypted.
    package func keep(
        _ transaction: borrowing Transaction, printerKey bytes: [UInt8], fingerprint: String, of name: String,
        by principal: Principal
    ) throws(StoreError) -> Bool {
        let changed = try transaction.execute(
            """
            UPDATE staff_member SET printer_key = ?, printer_fingerprint = ?
            WHERE election = ? AND name = ? AND role = 'printer' AND removed_at IS NULL
            """, bytes, fingerprint, election.number, name)
        guard changed == 1 else { return false }
        try journal.record(
            transaction, election: election.election.id, by: principal, .staffPrinterKey,
            ["name": name, "fingerprint": fingerprint])
        return true
    }

    /// The OpenPGP key of a printer; nil where none was given.
    package func printerKey(_ reading: borrowing Reading, of name: String) throws(StoreError) -> [UInt8]? {
        try reading.first(
            "SELECT printer_key FROM staff_member WHERE election = ? AND name = ? AND removed_at IS NULL",
            election.number, name
        ) { (row: borrowing Row) throws(StoreError) -> [UInt8]? in try row[0] } ?? nil
    }

    // MARK: What lies underneath

    /// For mail addresses, authenticators and orders of requests.
    func sealer() -> Sealer { Sealer(key: key.subkey(.staff), randomness: randomness) }

    /// What a member's sealed values are bound to.
    func place(_ name: String) -> [UInt8] {
        var fields = LengthPrefixedFields("staff", name)
        fields.append(election.number)
        return fields.bytes
    }

    /// The form in which a member's identifier is stored and found.
    func hash(_ identifier: SymbolCode) -> [UInt8] {
        Authenticator.subject(identifier.canonical, Issuer.lookup(key), .staff)
    }

    /// Whether a name can be a member's or a program's.
    static func isName(_ name: String) -> Bool {
        nameLengths.contains(name.utf8.count) && !name.hasPrefix(clientPrefix)
            && name.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 45 || $0 == 46 }
    }

    /// Queues the mail with the identifier, and begins the fortnight in which it must be used.
    func send(
        _ transaction: borrowing Transaction, _ identifier: SymbolCode, to id: Int, generation: Int
    ) throws(StoreError) {
        // It expires unused from now on.
        try transaction.execute("UPDATE staff_member SET sent_at = ? WHERE id = ?", clock.now, id)
        let member = try transaction.reading.first(
            """
            SELECT id, name, full_name, role, language, generation, factor_at IS NOT NULL, printer_fingerprint, added_by,
                added_at, removed_at IS NOT NULL, in_force_at IS NULL, decides_at, sent_at
            FROM staff_member WHERE id = ?
            """, id, row: StaffMember.read)
        guard let member else { throw StoreError(.missing, "There is no member number \(id).") }
        try queue(
            transaction, member,
            VoterNotification(
                .staffIdentifier, by: .email, priority: .recovery, generation: generation,
                values: [
                    "identifier": identifier.grouped, "console": link(),
                    "role": StaffRegister.word(member.role, member.language), "days": "\(StaffRegister.unusedDays)",
                ]))
    }

    /// What a role is called.
    package static func word(_ role: StaffRole, _ language: Language) -> String {
        switch (role, language) {
        case (.manager, .fr): "gestionnaire de l'\u{E9}lection"
        case (.bureau, .fr): "membre du bureau de vote"
        case (.support, .fr): "assistance aux \u{E9}lecteurs"
        case (.auditor, .fr): "auditeur"
        case (.printer, .fr): "imprimeur"
        case (.manager, .en): "election manager"
        case (.bureau, .en): "member of the electoral bureau"
        case (.support, .en): "voter support"
        case (.auditor, .en): "auditor"
        case (.printer, .en): "printer"
        }
    }

    /// Queues a mail to a member; returns its number.
    @discardableResult
    package func queue(
        _ transaction: borrowing Transaction, _ member: StaffMember, _ note: VoterNotification
    ) throws(StoreError) -> Int {
        let hours = try PollHours.find(transaction.reading, election)
        let frame: MessageEnvelope
        do throws(MessageTemplates.Fault) {
            frame = try messageTemplates.frame(note.kind, member.language, .email, hours)
        } catch {
            throw StoreError(.failed, error.description, cure: "Correct the template; nothing was done.")
        }
        let queue = outbox.queue(election: election.number, key: key)
        try queue.begin(transaction)
        return try queue.add(
            transaction,
            NewMessage(
                subject: member.subject, kind: note.kind, generation: note.generation, route: .email,
                priority: note.priority, frame: try outbox.store(transaction, frame),
                recipient: Array(try mail(transaction.reading, member).utf8),
                values: note.values.merging(["greeting": member.fullName]) { $1 }, expiresAt: note.expiresAt))
    }
}
