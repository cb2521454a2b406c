/// Columns of a street in pieces, as payroll programs keep it: number, `bis`, kind of way, name.
struct StreetColumns {
    /// Where the pieces before the name stand, in the order in which they are read.
    let parts: [Int]
    /// Where the name stands.
    let name: Int

    /// Folded headings of the house number.
    private static let numbers: Set<String> = [
        "nvoie", "ndevoie", "ndelavoie", "numerovoie", "numerodevoie", "numerodelavoie", "numvoie", "numdevoie",
        "novoie", "nodevoie", "ndanslavoie", "ndansvoie", "numerodanslavoie", "numerodansvoie", "nrue", "nderue",
        "ndelarue", "numerorue", "numeroderue", "numerodelarue", "numrue", "norue", "noderue", "ndanslarue",
        "streetnumber", "housenumber", "streetno", "houseno", "adressenumero", "adressen", "adressenvoie",
        "adressenumerovoie", "adressenumvoie",
    ]
    /// Headings that say number and not of what: a street's where the next column is one of it.
    private static let bare: Set<String> = ["n", "no", "num", "numero", "number"]
    /// Folded headings of `bis`, `ter` and their like.
    private static let suffixes: Set<String> = [
        "bis", "bister", "bisterquater", "btq", "bistq", "indicederepetition", "indicerepetition", "indicerep",
        "indrepetition", "indrep", "indicevoie", "indicenumero", "repetition", "codebis", "complementnumero",
        "complementdenumero", "complementdunumero", "complementnumerovoie", "complementnvoie", "extension",
        "extensionvoie", "extensionnumero", "suffixe", "suffixevoie", "adressebis", "adressebister",
    ]
    /// Folded headings of `rue`, `avenue` and their like.
    private static let kinds: Set<String> = [
        "typevoie", "typedevoie", "typedelavoie", "naturevoie", "naturedevoie", "naturedelavoie", "typerue",
        "typederue", "adressetypevoie", "adressetypedevoie", "libelletypevoie", "genrevoie", "streettype",
    ]
    /// Headings of a street's name, the surest first.
    private static let names: [Set<String>] = [
        [
            "voie", "nomdevoie", "nomdelavoie", "nomvoie", "libellevoie", "libelledevoie", "libelledelavoie",
            "intitulevoie", "intituledevoie", "rue", "nomrue", "nomderue", "nomdelarue", "libellerue", "street",
            "streetname", "adressevoie", "adressenomvoie", "adressenomdevoie", "adresserue", "adresselibellevoie",
        ],
        ["adresse", "adresse4", "adresse1", "adressepostale", "adresseligne1", "address", "address1", "streetaddress"],
    ]

    /// - Parameters:
    ///   - headings: folded.
    ///   - taken: columns of which somebody said what they are.
    init?(_ headings: [String], taken: Set<Int>) {
        func first(_ wanted: Set<String>) -> Int? {
            headings.indices.first { wanted.contains(headings[$0]) && !taken.contains($0) }
        }
        // What a name is said to be by `--map` is a street's name all the same.
        guard
            let name = StreetColumns.names.lazy.compactMap({ wanted in
                headings.indices.first { wanted.contains(headings[$0]) }
            }).first
        else { return nil }
        let own = StreetColumns.suffixes.union(StreetColumns.kinds).union(StreetColumns.names[0])
        let number =
            first(StreetColumns.numbers)
            ?? headings.indices.dropLast().first {
                StreetColumns.bare.contains(headings[$0]) && own.contains(headings[$0 + 1]) && !taken.contains($0)
            }
        parts = [number, first(StreetColumns.suffixes), first(StreetColumns.kinds)].compactMap(\.self).filter {
            $0 != name
        }
        self.name = name
        if parts.isEmpty { return nil }
    }
}
