import Testing

@testable import Issuance

struct ForeignPostcodeTests {
    @Test(arguments: [
        ("LONDON SW1A 1AA", "ROYAUME-UNI", "SW1A 1AA"), ("SW1A 1AA", "ROYAUME-UNI", "SW1A 1AA"),
        ("MANCHESTER M1 1AE", "ROYAUME-UNI", "M1 1AE"),
        ("GIBRALTAR GX11 1AA", "GIBRALTAR", "GX11 1AA"), ("1012 AB AMSTERDAM", "PAYS-BAS", "1012 AB"),
        ("1012AB AMSTERDAM", "PAYS-BAS", "1012AB"),
        ("4720 LA CALAMINE", "BELGIQUE", "4720"), ("2300 LA CHAUX-DE-FONDS", "SUISSE", "2300"),
        ("114 55 STOCKHOLM", "SUEDE", "114 55"),
        ("110 00 PRAHA 1", "TCHEQUIE", "110 00"), ("DUBLIN D02 X285", "IRLANDE", "D02 X285"),
        ("DUBLIN D6W XY00", "IRLANDE", "D6W XY00"),
        ("OTTAWA ON K1A 0B1", "CANADA", "K1A 0B1"), ("VALLETTA VLT 1117", "MALTE", "VLT 1117"),
        ("SYDNEY NSW 2000", "AUSTRALIE", "2000"),
        ("NEW YORK NY 10001-1234", "ETATS-UNIS", "10001-1234"), ("1000-001 LISBOA", "PORTUGAL", "1000-001"),
        ("00-950 WARSZAWA", "POLOGNE", "00-950"),
        ("L-1234 LUXEMBOURG", "LUXEMBOURG", "L-1234"), ("10115 BERLIN", "ALLEMAGNE", "10115"),
        ("D02 TOWN", "IRLANDE", "D02"),
    ])
    func `a postcode of two words is one`(line: String, country: String, code: String) {
        #expect(ForeignPostcode.find(in: line, country: country) == code)
    }

    @Test func `a town without a code has none`() {
        #expect(ForeignPostcode.find(in: "DUBAI", country: "EMIRATS ARABES UNIS") == nil)
    }
}
