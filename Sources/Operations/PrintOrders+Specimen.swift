import Crypto
import Delivery
import Elections
package import Issuance
import Journal
import Staff
import Store
import VoterRoll

/// The specimen (BAT): made by one person, approved by another. Console, interface for programs and command line come here.
extension PrintOrders {
    /// What a print run would put on paper now.
    /// - Throws: `PrintRefusal` when an enclosure is missing or faulty, or the store cannot be read.
    package func matter() throws(PrintRefusal) -> PrintMatter {
        do {
            let hours = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollHours.find(reading, election)
            }
            return try PrintMatter(
                election: election.election, messageTemplates: messageTemplates, hours: hours, style: style,
                shelf: shelf)
        } catch { throw .specimen("\(error)") }
    }

    /// The specimen as texts, layout and enclosures make it now, a PDF; the same ones give the same bytes.
    /// - Throws: `PrintRefusal` when a template is wrong, a sign has no picture, or the store cannot be read.
    package func specimen() throws(PrintRefusal) -> [UInt8] { try specimen(of: try matter()) }

    private func specimen(of matter: PrintMatter) throws(PrintRefusal) -> [UInt8] {
        // No time of the day in it: its hash says whether anything changed since it was approved.
        do { return try Specimen(matter).pdf(created: BatchWriter.timestamp(0)) } catch {
            throw .specimen("\(error)")
        }
    }

    /// How far the approval has come for what would be printed now.
    /// - Throws: `PrintRefusal` when the specimen cannot be made anew for comparison, or what the store said.
    package func proofState() throws -> SpecimenState { try proofState(of: try matter()) }

    /// The same for what was read already.
    /// - Throws: `PrintRefusal` when the specimen cannot be made, or what the store said.
    package func proofState(of matter: PrintMatter) throws -> SpecimenState {
        let digest = hex(sha256(try specimen(of: matter)))
        return try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try proofState(reading, present: digest)
        }
    }

    private func proofState(_ reading: borrowing Reading, present: String) throws(StoreError) -> SpecimenState {
        SpecimenState(
            approved: try proof(reading, isApproved: true), latest: try proof(reading, isApproved: false),
            present: present)
    }

    /// The latest specimen.
    /// - Parameter isApproved: whether only those are asked for that were approved.
    private func proof(_ reading: borrowing Reading, isApproved: Bool) throws(StoreError) -> SpecimenProof? {
        try reading.first(
            """
            SELECT id, sha256, made_by, made_at, approved_by, approved_at FROM bureau_specimen
            WHERE election = ? AND (approved_at IS NOT NULL OR NOT ?) ORDER BY id DESC LIMIT 1
            """, election.number, isApproved
        ) { (row: borrowing Row) throws(StoreError) in
            SpecimenProof(
                id: try row[0], sha256: try row[1], madeBy: try row[2], madeAt: try row[3], approvedBy: try row[4],
                approvedAt: try row[5])
        }
    }

    /// Makes a specimen for approval; one that is approved or waits already is not made twice, whoever made it.
    /// - Throws: `PrintRefusal` when it cannot be made, or what the store said.
    package func makeSpecimen(by actor: Actor) throws -> SpecimenProof? {
        let digest = hex(sha256(try specimen()))
        return try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> SpecimenProof? in
            let state = try proofState(transaction.reading, present: digest)
            if state.isApproved { return state.approved }
            if let waiting = state.waiting { return waiting }
            try transaction.execute(
                "INSERT INTO bureau_specimen (election, sha256, made_by, made_at) VALUES (?, ?, ?, ?)", election.number,
                digest, actor.principal.text, context.clock.now)
            try journal(transaction, actor, .lettersSpecimen, ["sha256": digest])
            return try proof(transaction.reading, isApproved: false)
        }
    }

    /// Approves the latest specimen (BAT), which somebody else made. The command line does it on a person's word: where the register
    /// knows that person by account or full name, the rules are those of the account.
    /// - Throws: `PrintRefusal` when it cannot be made anew for comparison, or what the store said.
    package func approve(specimen id: Int, by actor: Actor) throws -> SpecimenDecision {
        let digest = hex(sha256(try specimen()))
        return try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> SpecimenDecision in
            let waiting = try proofState(transaction.reading, present: digest).waiting
            guard let proof = waiting, proof.id == id else { return .gone }
            if let obstacle = try obstacle(transaction.reading, to: proof, by: actor) { return obstacle }
            try transaction.execute(
                "UPDATE bureau_specimen SET approved_by = ?, approved_at = ? WHERE id = ?", actor.signature,
                context.clock.now, id)
            let word = actor.word.map { ["by": $0] } ?? [:]
            try journal(transaction, actor, .lettersApprove, ["sha256": digest].merging(word) { $1 })
            return .approved
        }
    }

    /// Why somebody does not approve a specimen; nil when they may.
    private func obstacle(
        _ reading: borrowing Reading, to proof: SpecimenProof, by actor: Actor
    ) throws(StoreError) -> SpecimenDecision? {
        var (person, role) = (actor.principal, actor.role)
        if let word = actor.word {
            let known = try context.register.members(reading).first { [$0.name, $0.fullName].contains(word) }
            // Nobody of the register: the name is all that there is to go by.
            guard let known else { return nil }
            (person, role) = (known.principal, known.role)
        }
        guard role?.may(.approveSpecimen) == true else { return .mayNot }
        let maker = Principal(text: proof.madeBy) ?? person
        guard try !context.register.areOne(reading, maker, person) else { return .samePerson }
        let until = try context.register.decidesAt(reading, person)
        return until <= context.clock.now ? nil : .tooNew(until: until)
    }
}
