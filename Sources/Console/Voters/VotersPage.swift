import Elections
import Operations
import Staff
import Store
import VoterRoll

/// A voter as lists have them.
struct VoterSummary: PageModel {
    /// Stands in the addresses of the voter's pages.
    let id: Int
    let reference: String
    let name: Worded
    let college: Named
    /// Empty for none.
    let site: Named

    init(_ voter: Voter, _ language: Language) {
        (id, reference) = (voter.id, voter.reference)
        name = Worded(voter.courteousName, voter.courteousName(language))
        (college, site) = (Named("college", voter.college), Named("site", voter.site))
    }
}

/// What a search found.
struct VotersModel: PageModel {
    let voters: [VoterSummary]
    /// Whether there are more than those.
    let isCut: Bool
    let view: OnPage<View>

    /// What the page says beside that.
    struct View: PageModel {
        /// As it was typed.
        let typed: String
        /// Whether anything was.
        let isSearch: Bool
    }
}

/// The search and what it found; nothing where nothing was typed.
struct VotersPage: ConsolePage {
    static let path = "voters"
    static let permission = Permission.seeVoters
    static let query = [FormField("q", .text(maximum: longest), isRequired: false)]
    static let template = "voters"
    let context: ConsoleContext

    /// Characters of a search.
    private static let longest = 100

    func title(_ model: VotersModel, _ wording: Wording) -> String { wording("menu.voters") }

    func model(_ call: ConsoleRequest) throws -> VotersModel? {
        let typed = String(call["q"].prefix(VotersPage.longest))
        let isSearch = !typed.trimmed.isEmpty
        let found =
            try isSearch
            ? store.read { (reading: borrowing Reading) throws(StoreError) -> RollSearch.Found in
                try VoterSupport(parts.operations).search(reading, typed)
            } : RollSearch.Found(voters: [], isCut: false)
        return VotersModel(
            voters: found.voters.map { VoterSummary($0, call.language) }, isCut: found.isCut,
            view: OnPage(VotersModel.View(typed: typed, isSearch: isSearch)))
    }
}
