import Issuance
import VoterRoll

extension ContactRow {
    /// The mail address and mobile number that the row gives.
    var given: [PhoneGivenContact] {
        var given: [PhoneGivenContact] = []
        if columns.contains(.email), let mail = after.mail { given.append(.mail(mail)) }
        if columns.contains(.phone), let phone = after.mobile { given.append(.phone(phone)) }
        return given
    }
}
