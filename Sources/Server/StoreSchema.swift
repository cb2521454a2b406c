import Authentication
import Captcha
import Crypto
import Delivery
import Elections
import Issuance
import Journal
import Operations
import Polling
import Staff
package import Store
import Turnout
import VoterRoll

/// The tables of all rooms in the one store.
package enum StoreSchema {
    /// Every room's migrations, in the order of the rooms.
    package static let migrations =
        JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations + RollSchema.migrations
        + IssuanceSchema.migrations + PassphrasesSchema.migrations + AccessSchema.migrations + CaptchaSchema.migrations
        + RecoverySchema.migrations + PollingSchema.migrations + StaffSchema.migrations + BureauSchema.migrations
        + TurnoutSchema.migrations

    /// SHA-256 of the schema that the migrations make, so that a start need not make it again to compare. A test holds it
    /// against them; a schema with another digest is compared object by object.
    package static let digest = "42379209a1e324501100c0d1efd005a6899dd9e7c1b1476539c6363f9232277f"

    /// Whether a store's schema is the one that the migrations make.
    package static func isKnown(_ schema: [UInt8]) -> Bool { hex(sha256(schema)) == digest }
}
