import Store

extension Recipient {
    /// The recipient in three columns of a row: civility, family name, first name.
    init(_ row: borrowing Row, from first: Int32) throws(StoreError) {
        let civility: Voter.Civility = try row.value(first)
        let title =
            switch civility {
            case .none: ""
            case .mister: "M"
            case .madam: "Mme"
            }
        self.init(title: title, firstName: try row[first + 2], lastName: try row[first + 1])
    }
}
