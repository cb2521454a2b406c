package import Contacts

extension PostalAddress {
    /// Where numbers without + are at home in the row of this address.
    package var phoneHome: PhoneNumber.Home {
        guard postcode == nil, let country = lines.last else { return .france }
        return Countries.home(Countries.regions[Folding.plain(country)], name: country)
    }
}
