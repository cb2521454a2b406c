import Contacts
import Inputs

/// Finds the country of an address, in its own field, in the last line or behind the town.
struct CountryReader {
    /// Where the columns stand, and who is told.
    private let sheet: SheetColumns
    /// Made when the first row has a country: there are hundreds of names.
    private lazy var countries = Synonyms.countries
    /// The country that a row's address lines end with.
    private var inLines: [UInt8] = []

    /// - Parameter sheet: where the columns stand, and who is told.
    init(_ sheet: SheetColumns) { self.sheet = sheet }

    /// Begins another row's address.
    mutating func clear() { inLines.removeAll(keepingCapacity: true) }

    /// Where the country lies in the bytes of an address; empty where it names none. A line that is the country is none any more.
    /// - Parameters:
    ///   - cell: the country's field; nil where it is empty.
    ///   - postcode: its field.
    ///   - town: gets shorter where the country stands behind it.
    mutating func read(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ cell: Range<Int>?, _ postcode: Range<Int>?,
        _ town: inout Range<Int>?, _ address: inout AddressLines
    ) -> Range<Int> {
        if let cell { return field(bytes, cell, fields, &address) }
        let code = postcode ?? town.flatMap { CountryPlace.leadingCode(bytes, $0) }
        let isFive = CountryPlace.isFiveDigits(bytes, code)
        let isTownApart = postcode != nil || town != nil
        let isPlace =
            isTownApart
            && address.lines.last.map { CountryPlace.isHamlet(address.bytes.span, $0, bytes, code) } ?? false
        let country = isPlace ? 0..<0 : takeLine(isTownApart: isTownApart, isFive: isFive, fields, &address)
        guard country.isEmpty, let given = town else { return country }
        return take(behind: given, of: bytes, isFive: isFive, fields, &town, &address)
    }

    /// The country's field, which must not change the address by a typing error.
    private mutating func field(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ fields: RowFields, _ address: inout AddressLines
    ) -> Range<Int> {
        if countries.meaning(bytes, range) == nil,
            !PostalAddress.isFrance(bytes, range)
        {
            sheet.warn(.country, bytes, range, fields, "is no country's name known here; it is printed as it stands")
        }
        return address.copy(bytes, range)
    }

    /// A last line that is a country's name and nothing else is the country.
    /// - Parameter isTownApart: whether postcode or town have columns of their own, so that no line has to be the town's.
    private mutating func takeLine(
        isTownApart: Bool, isFive: Bool, _ fields: RowFields, _ address: inout AddressLines
    ) -> Range<Int> {
        let lines = address.lines
        guard let last = lines.last, isCountry(last, address),
            isTownApart
                // Behind a street, letters like `CH` or `RE` are anything.
                ? CountryPlace.isLongEnough(address.bytes[last])
                : lines.count >= 3 || lines.count == 2 && TownPlace.find(address.bytes, lines[0]) != nil
        else { return 0..<0 }
        guard !isFive || mayHaveFiveDigits(last, address) else {
            sheet.warn(ofLine: address.text(last), fields, CountryPlace.keptAsPlace, .unreachable)
            return 0..<0
        }
        if isTownApart, !address.isFrench(last) {
            sheet.warn(ofLine: address.text(last), fields, CountryPlace.mayBePlace, .unreachable)
        }
        address.lines.removeLast()
        inLines.append(contentsOf: address.bytes[last])
        return last
    }

    /// A country that stands behind the town in its field, in brackets or behind a mark: `Bruxelles (Belgique)`.
    /// - Parameter town: gets shorter where there is one.
    private mutating func take(
        behind given: Range<Int>, of bytes: Span<UInt8>, isFive: Bool, _ fields: RowFields, _ town: inout Range<Int>?,
        _ address: inout AddressLines
    ) -> Range<Int> {
        // A hyphen alone is a name's: Bourg-Saint-Maurice is not in Mauritius.
        guard
            let mark = given.last(where: { index in
                ",;/|(".utf8.contains(bytes[index])
                    || bytes[index] == UInt8(ascii: "-") && index > given.lowerBound && bytes[index - 1] == 32
            }), mark > given.lowerBound,
            let name = Invisible.trimmed(bytes, mark + 1..<given.upperBound),
            let place = Invisible.trimmed(bytes, given.lowerBound..<mark)
        else { return 0..<0 }
        let end = bytes[name.upperBound - 1] == UInt8(ascii: ")") ? name.upperBound - 1 : name.upperBound
        guard end > name.lowerBound else { return 0..<0 }
        let country = address.copy(bytes, name.lowerBound..<end)
        let isNamed = CountryPlace.isLongEnough(address.bytes[country]) && isCountry(country, address)
        guard isNamed, !isFive || mayHaveFiveDigits(country, address) else {
            if isNamed {
                sheet.warn(.town, bytes, name.lowerBound..<end, fields, CountryPlace.keptAsPlace, .unreachable)
            }
            address.forget(from: country.lowerBound)
            return 0..<0
        }
        sheet.warn(.town, bytes, name.lowerBound..<end, fields, CountryPlace.readAsCountry)
        town = place
        inLines.append(contentsOf: address.bytes[country])
        return country
    }

    /// Whether a range of an address is a country's name.
    private mutating func isCountry(_ range: Range<Int>, _ address: AddressLines) -> Bool {
        guard !range.contains(where: { 48...57 ~= address.bytes[$0] }) else { return false }
        return countries.meaning(address.bytes.span, range) != nil || PostalAddress.isFrance(address.bytes.span, range)
    }

    /// Whether the postcodes of a country, a name in an address, may be five digits.
    private mutating func mayHaveFiveDigits(_ country: Range<Int>, _ address: AddressLines) -> Bool {
        countries.meaning(address.bytes.span, country).map(CountryPlace.mayHaveFiveDigits) ?? true
    }

    /// Where a row's numbers without + are at home: in its country, wherever that stands.
    /// - Parameter country: its field; nil where it is empty.
    mutating func home(_ bytes: Span<UInt8>, _ country: Range<Int>?) -> PhoneNumber.Home {
        guard let country else {
            guard !inLines.isEmpty else { return .france }
            let name = String(decoding: inLines, as: UTF8.self)
            return Countries.home(Countries.regions[Folding.plain(name)], name: name)
        }
        // The countries nearly every row has are known by their bytes; the rest is looked at.
        let region = countries.meaning(bytes, country).map { String(decoding: $0, as: UTF8.self) }
        return Countries.home(region, name: String(decoding: country.map { bytes[$0] }, as: UTF8.self))
    }
}
