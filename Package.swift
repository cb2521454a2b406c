// swift-tools-version: 6.2
import PackageDescription

// Every target is compiled with the same strict settings; HouseTests holds the table of who may import whom.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Arithmetic on ballots is optimised in debug builds too, or a test of one ballot would take minutes.
let arithmetic = ["BallotCore", "BallotEngine"]

func room(_ name: String, on foundations: [String]) -> Target {
    .target(
        name: name, dependencies: foundations.map { .byName(name: $0) },
        exclude: name == "BallotCore" ? ["Wasm"] : [],
        swiftSettings: house + (arithmetic.contains(name) ? [.unsafeFlags(["-O"])] : []))
}

func tests(_ name: String, of rooms: [String]) -> Target {
    .testTarget(
        name: name, dependencies: rooms.map { .byName(name: $0) },
        exclude: ["BallotTests", "HouseTests", "TemplatingTests"].contains(name) ? ["Fixtures"] : [],
        swiftSettings: house)
}

let package = Package(
    name: "isoloir",
    targets: [
        .systemLibrary(name: "CArchive"),
        .systemLibrary(name: "CClp"),
        .systemLibrary(name: "CCrypto"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "CGMP"),
        .systemLibrary(name: "CIDN"),
        .systemLibrary(name: "CKernelClock"),
        .systemLibrary(name: "CMicrohttpd"),
        .systemLibrary(name: "CPango", pkgConfig: "pangocairo"),
        .systemLibrary(name: "CQREncode"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CTLS"),
        .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0"),
        .systemLibrary(name: "CYAML"),
        room("Inputs", on: []),
        room("Store", on: ["CKernelClock", "CSQLite"]),
        room("Crypto", on: ["CSodium", "CCrypto", "Inputs"]),
        room("Contacts", on: ["CIDN", "Inputs"]),
        room("Documents", on: ["CYAML", "Inputs"]),
        room("Templating", on: []),
        room("Journal", on: ["Store", "Crypto"]),
        room("Elections", on: ["Journal", "Documents", "Contacts", "BallotCore"]),
        room("Letterpress", on: ["CPango", "CQREncode"]),
        room("Delivery", on: ["Journal", "Templating", "Letterpress", "Contacts", "CCurl", "CTLS"]),
        room("VoterRoll", on: ["Elections", "Letterpress", "CArchive", "CXML"]),
        room("Issuance", on: ["VoterRoll", "Delivery"]),
        room("Passphrases", on: ["Issuance"]),
        room("Access", on: ["Passphrases"]),
        room("Captcha", on: ["Store", "Crypto", "Letterpress"]),
        room("Recovery", on: ["Access", "Captcha"]),
        room("BallotCore", on: []),
        room("BallotEngine", on: ["BallotCore", "CGMP"]),
        room("Polling", on: ["Access", "BallotEngine"]),
        room("Tally", on: ["Polling"]),
        room("Observer", on: ["Tally"]),
        room("Staff", on: ["Access"]),
        room("Bureau", on: ["Tally", "Recovery", "Staff", "CClp"]),
        room("Operations", on: ["Bureau"]),
        room("Web", on: ["Operations", "CMicrohttpd"]),
        .executableTarget(
            name: "isoloir", dependencies: ["Web", "Observer"].map { .byName(name: $0) }, swiftSettings: house),
        .executableTarget(
            name: "CastBench", dependencies: [.byName(name: "Polling")], path: "Tests/CastBench", swiftSettings: house),
        .executableTarget(
            name: "ConsoleBench", dependencies: [.byName(name: "Web")], path: "Tests/ConsoleBench", swiftSettings: house
        ),
        tests("HouseTests", of: ["Web"]),
        tests("StoreTests", of: ["Journal"]),
        tests("CryptoTests", of: ["Crypto"]),
        tests("TemplatingTests", of: ["Templating"]),
        tests("ElectionsTests", of: ["Elections"]),
        tests("VoterRollTests", of: ["VoterRoll"]),
        tests("DeliveryTests", of: ["Delivery"]),
        tests("IssuanceTests", of: ["Issuance"]),
        tests("AccessTests", of: ["Access"]),
        tests("CaptchaTests", of: ["Captcha"]),
        tests("BallotTests", of: ["Tally"]),
        tests("PollingTests", of: ["Tally"]),
        tests("ObserverTests", of: ["Observer"]),
        tests("StaffTests", of: ["Staff"]),
        tests("BureauTests", of: ["Bureau"]),
        tests("OperationsTests", of: ["Operations"]),
        tests("WebTests", of: ["Web"]),
    ]
)
