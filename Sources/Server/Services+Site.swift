import Authentication
import CommandLineKit
import Compliance
import Crypto
import Delivery
import Elections
import Foundation
package import Issuance
package import Operations
import Polling
import Staff
import Store

extension Services {
    /// The console's address, without a path.
    func consoleAddress(_ election: Election) -> String { settings.server.console?.url ?? election.address }

    /// The register of an election's staff.
    func register(_ election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates) -> StaffRegister {
        StaffRegister(
            election: election, key: key, messageTemplates: messageTemplates, outbox: outbox, passphrases: passphrases,
            journal: journal, clock: clock, randomness: randomness,
            console: ConsoleRouter.address(of: election.election, settings.server))
    }

    /// The letters of an election.
    package func letters(_ context: OperationContext, style: LetterStyle) -> PrintOrders {
        PrintOrders(
            context, letterBatches: letterBatches, messageTemplates: context.directory.messageTemplates, style: style,
            folder: store.path + ".print")
    }

    /// The policy check of an election.
    func policyService(_ context: OperationContext, _ templates: TemplateFolder) throws -> PolicyService {
        let text = try PolicyText(try templates.text(PolicyText.file), file: PolicyText.file)
        return PolicyService(context, text: text, trustees: trustees, takesBounces: settings.bounces != nil)
    }
}
