package import Contacts

extension VoterContacts {
    /// Where a number that its voter says without + is at home.
    package var phoneHome: PhoneNumber.Home { address?.phoneHome ?? .france }

    /// What is changed in a number that its voter says, in clauses that stand after it.
    package func notes(of number: String) -> [String] { PhoneNumber.notes(of: number, home: phoneHome).reasons }
}
