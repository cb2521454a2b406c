// swift-tools-version: 6.2
import PackageDescription

// Every target is compiled with the same strict settings; ArchitectureTests holds the table of who may import whom.
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

/// Optimised in debug builds too: arithmetic on ballots, or a test of one would take minutes, and what every start of the program
/// reads, since the tests start it ten thousand times.
let optimised = ["BallotCore", "BallotEngine", "Captcha", "Documents", "Elections", "Templating"]

func room(_ name: String, on foundations: [String]) -> Target {
    .target(
        name: name, dependencies: foundations.map { .byName(name: $0) },
        exclude: name == "BallotCore" ? ["Wasm"] : [],
        swiftSettings: house + (optimised.contains(name) ? [.unsafeFlags(["-O"])] : []))
}

func tests(_ name: String, of rooms: [String]) -> Target {
    .testTarget(
        name: name, dependencies: rooms.map { .byName(name: $0) },
        exclude: ["BallotTests", "ArchitectureTests", "TemplatingTests"].contains(name) ? ["Fixtures"] : [],
        swiftSettings: house)
}

let package = Package(
    name: "isoloir",
    targets: [
        .systemLibrary(name: "CArchive"),
        .systemLibrary(name: "CClp"),
        .systemLibrary(name: "CCrypto"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "CDataMatrix"),
        .systemLibrary(name: "CGMP"),
        .systemLibrary(name: "CIDN"),
        .systemLibrary(name: "CKernelClock"),
        .systemLibrary(name: "CMarkdown"),
        .systemLibrary(name: "CMicrohttpd"),
        .systemLibrary(name: "CPango", pkgConfig: "pangocairo"),
        .systemLibrary(name: "CQPDF"),
        .systemLibrary(name: "CQREncode"),
        .systemLibrary(name: "CResolv"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CTLS"),
        .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0"),
        .systemLibrary(name: "CYAML"),
        .systemLibrary(name: "CZlib"),
        room("Inputs", on: []),
        room("Threads", on: []),
        room("Store", on: ["CKernelClock", "CSQLite"]),
        room("Crypto", on: ["Inputs", "CCrypto", "CSodium"]),
        room("CommandLineKit", on: ["Crypto", "Store"]),
        room("Contacts", on: ["Inputs", "CIDN"]),
        room("Documents", on: ["Inputs", "CMarkdown", "CYAML"]),
        room("Templating", on: []),
        room("Journal", on: ["Crypto", "Store"]),
        room("Elections", on: ["BallotCore", "Contacts", "Crypto", "Documents", "Inputs", "Journal", "Store"]),
        room("Typesetting", on: ["CDataMatrix", "CPango", "CQPDF", "CQREncode", "CZlib"]),
        room(
            "Delivery",
            on: ["Contacts", "Crypto", "HTTPClient", "Inputs", "Store", "Templating", "Threads", "CResolv", "CTLS"]),
        room(
            "VoterRoll",
            on: ["Contacts", "Crypto", "Elections", "Inputs", "Journal", "Store", "Typesetting", "CArchive", "CXML"]),
        room(
            "Issuance",
            on: [
                "Contacts", "Crypto", "Delivery", "Elections", "Journal", "Store", "Templating", "Typesetting",
                "VoterRoll",
            ]),
        room(
            "Authentication",
            on: ["Contacts", "Crypto", "Delivery", "Elections", "Inputs", "Issuance", "Journal", "Store", "VoterRoll"]),
        room("Captcha", on: ["Crypto", "Inputs", "Store", "Typesetting"]),
        room("BallotCore", on: []),
        room("BallotEngine", on: ["BallotCore", "CGMP"]),
        room(
            "Polling",
            on: [
                "BallotCore", "BallotEngine", "Crypto", "Delivery", "Elections", "Inputs", "Issuance", "Journal",
                "Store", "VoterRoll",
            ]),
        room("Tally", on: ["BallotCore", "BallotEngine", "Crypto", "Elections", "Journal", "Polling", "Store"]),
        room(
            "TrusteeSide",
            on: ["BallotCore", "BallotEngine", "CommandLineKit", "Crypto", "Elections", "Polling", "Tally"]),
        room("Observer", on: ["BallotCore", "Crypto", "HTTPClient", "Polling", "Tally"]),
        room(
            "Staff",
            on: ["Authentication", "Contacts", "Crypto", "Delivery", "Elections", "Issuance", "Journal", "Store"]),
        room("Compliance", on: ["Contacts", "Documents", "Elections"]),
        room(
            "Turnout",
            on: [
                "Authentication", "Contacts", "Delivery", "Elections", "Issuance", "Journal", "Polling", "Store",
                "VoterRoll",
                "CClp",
            ]),
        room(
            "Operations",
            on: [
                "Authentication", "BallotCore", "Compliance", "Contacts", "Crypto", "Delivery", "Documents",
                "Elections",
                "Issuance", "Journal", "Polling", "Staff", "Store", "Tally", "Turnout", "Typesetting", "VoterRoll",
            ]),
        room("HTTPClient", on: ["CCurl"]),
        room("HTTPServer", on: ["Inputs", "Threads", "CMicrohttpd"]),
        room("WebContent", on: ["Crypto", "Delivery", "Documents", "Elections", "HTTPServer", "Store"]),
        room(
            "VoterSite",
            on: [
                "Authentication", "BallotCore", "Captcha", "Contacts", "Crypto", "Delivery", "Documents", "Elections",
                "HTTPServer", "Issuance", "Journal", "Polling", "Store", "Tally", "Templating", "Threads",
                "Typesetting", "VoterRoll", "WebContent",
            ]),
        room(
            "Console",
            on: [
                "Authentication", "Compliance", "Contacts", "Crypto", "Delivery", "Documents", "Elections",
                "HTTPServer", "Inputs", "Issuance", "Journal", "Operations", "Polling", "Staff", "Store", "Tally",
                "Templating", "Threads", "Turnout", "Typesetting", "VoterRoll", "WebContent",
            ]),
        room(
            "Server",
            on: [
                "Authentication", "BallotCore", "BallotEngine", "Captcha", "CommandLineKit", "Compliance", "Console",
                "Contacts", "Crypto", "Delivery", "Documents", "Elections", "HTTPServer", "Issuance", "Journal",
                "Operations", "Polling", "Staff", "Store", "Tally", "Threads", "TrusteeSide", "Turnout", "Typesetting",
                "VoterRoll", "VoterSite", "WebContent",
            ]),
        room(
            "Demo",
            on: [
                "CommandLineKit", "Contacts", "Crypto", "Delivery", "Elections", "HTTPServer", "Issuance", "Journal",
                "Operations", "Polling", "Server", "Staff", "Store", "Templating", "Threads", "VoterRoll", "WebContent",
            ]),
        .executableTarget(
            name: "isoloir",
            dependencies: [
                "Authentication", "BallotCore", "BallotEngine", "CommandLineKit", "Compliance", "Console", "Contacts",
                "Crypto", "Delivery", "Demo", "Documents", "Elections", "HTTPServer", "Inputs", "Issuance", "Journal",
                "Observer", "Operations", "Polling", "Server", "Staff", "Store", "Tally", "TrusteeSide", "Typesetting",
                "VoterRoll", "VoterSite", "WebContent",
            ].map { .byName(name: $0) }, swiftSettings: house),
        .executableTarget(
            name: "CastBench",
            dependencies: [
                "Authentication", "BallotCore", "BallotEngine", "Crypto", "Delivery", "Elections", "Issuance",
                "Journal", "Polling", "Store", "VoterRoll",
            ].map { .byName(name: $0) }, path: "Tests/CastBench", swiftSettings: house),
        .executableTarget(
            name: "ConsoleBench",
            dependencies: [
                "Authentication", "Captcha", "Compliance", "Console", "Contacts", "Crypto", "Delivery", "Elections",
                "HTTPServer", "Issuance", "Journal", "Operations", "Polling", "Staff", "Store", "Tally", "Turnout",
                "VoterRoll", "WebContent",
            ].map { .byName(name: $0) }, path: "Tests/ConsoleBench", swiftSettings: house
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "Authentication", "Crypto", "Delivery", "Elections", "HTTPServer", "Issuance", "Journal", "Operations",
                "Polling", "Server", "Staff", "Store", "VoterRoll",
            ].map { .byName(name: $0) }, path: "Tests/Support", swiftSettings: house),
        tests(
            "ArchitectureTests", of: ["Crypto", "Journal", "Server", "Store"]),
        tests("StoreTests", of: ["Store"]),
        tests("CryptoTests", of: ["Crypto"]),
        tests("ContactsTests", of: ["Contacts"]),
        tests("InputsTests", of: ["Crypto", "Inputs", "TestSupport"]),
        tests("DocumentsTests", of: ["Documents"]),
        tests("ThreadsTests", of: ["Threads"]),
        tests("TypesettingTests", of: ["Typesetting"]),
        tests("CommandLineKitTests", of: ["CommandLineKit"]),
        tests("JournalTests", of: ["Crypto", "Journal", "Store", "TestSupport"]),
        tests("TemplatingTests", of: ["Templating"]),
        tests(
            "ElectionsTests",
            of: ["BallotCore", "Contacts", "Crypto", "Documents", "Elections", "Journal", "Store", "TestSupport"]),
        tests(
            "VoterRollTests", of: ["Contacts", "Crypto", "Elections", "Journal", "Store", "VoterRoll", "TestSupport"]),
        tests(
            "DeliveryTests",
            of: ["Contacts", "Crypto", "Delivery", "Journal", "Store", "Templating", "Threads", "Typesetting"]),
        tests(
            "IssuanceTests",
            of: [
                "Contacts", "Crypto", "Delivery", "Elections", "Issuance", "Journal", "Store", "TestSupport",
                "Typesetting", "VoterRoll",
            ]),
        tests(
            "AuthenticationTests",
            of: [
                "Authentication", "Contacts", "Crypto", "Delivery", "Elections", "Issuance", "Journal", "Store",
                "TestSupport",
            ]),
        tests("CaptchaTests", of: ["Captcha", "Crypto", "Store"]),
        tests("BallotTests", of: ["BallotCore", "BallotEngine", "Crypto", "TestSupport"]),
        tests(
            "PollingTests",
            of: [
                "Authentication", "BallotCore", "BallotEngine", "Crypto", "Delivery", "Elections", "Issuance",
                "Journal", "Polling", "Store", "Tally", "VoterRoll", "TestSupport",
            ]),
        tests("TallyTests", of: ["BallotCore", "BallotEngine", "Tally", "TestSupport"]),
        tests(
            "TrusteeSideTests",
            of: ["BallotEngine", "CommandLineKit", "Elections", "Polling", "Tally", "TestSupport", "TrusteeSide"]),
        tests("ObserverTests", of: ["Observer"]),
        tests(
            "StaffTests",
            of: [
                "Authentication", "Contacts", "Crypto", "Delivery", "Elections", "Issuance", "Journal", "Staff",
                "Store", "VoterRoll", "TestSupport",
            ]),
        tests("ComplianceTests", of: ["Compliance", "Documents", "Elections"]),
        tests("TurnoutTests", of: ["Turnout"]),
        tests(
            "OperationsTests",
            of: [
                "Authentication", "Contacts", "Crypto", "Delivery", "Elections", "Issuance", "Journal", "Operations",
                "Polling", "Staff", "Store", "Tally", "Turnout", "VoterRoll", "TestSupport",
            ]),
        tests("HTTPClientTests", of: ["HTTPClient", "HTTPServer"]),
        tests("HTTPServerTests", of: ["HTTPServer"]),
        tests(
            "WebContentTests", of: ["Crypto", "Delivery", "Elections", "HTTPServer", "TestSupport", "WebContent"]),
        tests(
            "ServerTests",
            of: [
                "CommandLineKit", "Contacts", "Crypto", "Delivery", "HTTPServer", "Operations", "Server", "Staff",
                "TestSupport",
            ]),
        tests(
            "VoterSiteTests",
            of: [
                "Authentication", "Captcha", "Contacts", "Crypto", "Delivery", "Elections", "HTTPServer", "Issuance",
                "Journal", "Operations", "Polling", "Store", "Tally", "TestSupport", "VoterRoll", "VoterSite",
                "WebContent",
            ]),
        tests(
            "ConsoleTests",
            of: [
                "Authentication", "Compliance", "Console", "Contacts", "Crypto", "Delivery", "Elections", "Inputs",
                "Issuance", "Journal", "Operations", "Polling", "Staff", "Store", "Tally", "Turnout", "Typesetting",
                "VoterRoll", "VoterSite", "WebContent", "TestSupport",
            ]),
    ]
)
