package import Contacts
package import Elections

/// Why a voter cannot be sent a new identifier.
package enum ReissueRefusal: Reason, Equatable {
    /// By another channel than the post the old identifier would not work until the new one is there.
    case onlyLettersKeep
    /// The contact that was given.
    case contact(PhoneGivenContact.Fault)
    /// The election does not send by the channel, but by these.
    case closedChannel(Channel, open: [Channel])
    /// The voter has no mail address.
    case noMail
    /// The voter has no mobile number.
    case noMobile
    /// SMS go to other prefixes than the number's.
    case prefix([String])
    /// The voter has no postal address.
    case noAddress
    /// The post returned a letter from the address.
    case returned
    /// The voter has no contact for the channel.
    case noContact(Channel)

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .onlyLettersKeep:
            ReasonText("reissue.onlyLettersKeep", "only a letter leaves the old identifier until it is posted")
        case .contact(let fault): fault.text
        case .closedChannel(let channel, let open):
            ReasonText(
                "reissue.closedChannel",
                "this election sends nothing by \([channel], "channel", of: "v.channel") (its channels: \(open, "open", of: "v.channel", isChoice: false))"
            )
        case .noMail: ReasonText("reissue.noMail", "there is no mail address: give one with --to")
        case .noMobile: ReasonText("reissue.noMobile", "there is no mobile number: give one with --to")
        case .prefix(let prefixes):
            ReasonText(
                "reissue.prefix",
                "SMS go to \(prefixes.joined(separator: ", "), "prefixes") only (sms.prefixes in the settings)")
        case .noAddress: ReasonText("reissue.noAddress", "there is no postal address on the roll")
        case .returned:
            ReasonText(
                "reissue.returned",
                "the post returned a letter from this address: correct it with `roll correct` first")
        case .noContact(let channel):
            ReasonText("reissue.noContact", "there is no contact for \([channel], "channel", of: "v.channel")")
        }
    }
}
