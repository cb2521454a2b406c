import Authentication
import Contacts
import Delivery
import Elections
import Issuance
import Journal
package import Store
package import VoterRoll

/// The proof that two channels are needed, over the whole roll.
package struct ChannelProofList: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Hands the channels of every voter's secrets to `body`.
    package func each(
        _ reading: borrowing Reading, _ body: (Voter, ChannelProof) throws(StoreError) -> Void
    ) throws(StoreError) {
        var held: [Int: (route: Channel, hasCode: Bool)] = [:]
        try issuer.eachHeld(reading, election) { voter, _, route, hasCode throws(StoreError) in
            held[voter] = (route, hasCode)
        }
        let isGenerated = election.election.access.secretKind == .generated
        var last = 0
        while true {
            var chunk: [Voter] = []
            try registrar.each(reading, election, after: last, limit: ChannelProofList.chunk) {
                voter, _ throws(StoreError) in chunk.append(voter)
            }
            guard let end = chunk.last?.id else { return }
            for voter in chunk {
                let record = held[voter.id]
                let proof = ChannelProof(
                    identifier: record?.route, hasPrintedCode: record?.hasCode ?? false,
                    hasSecret: isGenerated && record?.route != .letter,
                    routes: try directory.routes(reading, .voter(voter.id)), policy: election.election.access)
                try body(voter, proof)
            }
            last = end
        }
    }

    /// Voters whose channels are looked up at a time.
    private static let chunk = 1000
}
