import Contacts
package import Elections
import HTTPServer
import Synchronization

/// One election of the store as a process serves it.
package final class HostedSite: Sendable {
    /// The election by its stored definition.
    let election: StoredElection
    /// Its sites; nil where something keeps them from being built, such as a missing key or a damaged seal.
    let site: Site?
    /// Whether it was taken out of the table: what is done beside its requests ends.
    let isRetired = Atomic<Bool>(false)

    init(_ election: StoredElection, _ site: Site?) { (self.election, self.site) = (election, site) }

    /// The election's short name.
    var id: String { election.election.id }
}

/// The elections that one process serves, each found by its host. One that is alone in the store, or was asked for by name,
/// answers for every host; once a second one was there it never does again while the process runs.
package final class SiteTable: Sendable {
    /// Who answers a request.
    enum Answering {
        case site(Site)
        /// An election whose site could not be built: nobody is served until that is mended.
        case standstill
        /// No election has this host.
        case nobody
    }

    /// What stands in the table at a moment: it is never changed, only put in another's place.
    private final class State: Sendable {
        let all: [HostedSite]
        /// Elections that were destroyed: their hosts lead to no other one.
        let gone: [HostedSite]
        let hosts: HostTable<HostedSite>
        /// Whether a second election was ever there, or one whose address nobody can read.
        let isSeveral: Bool

        init(_ all: [HostedSite], gone: [HostedSite], isSeveral: Bool) {
            self.all = all.sorted { $0.id < $1.id }
            self.gone = gone
            self.isSeveral = isSeveral || all.count > 1
            // At one address who is served comes first, then who will be.
            // A trial that was destroyed keeps nobody from what stands at its host today, nor from this machine's own names.
            let taken = Set(all.compactMap { Origin($0.election.election.address)?.host })
            let nobodys = gone.filter { hosted in
                Origin(hosted.election.election.address).map { !$0.isLocal && !taken.contains($0.host) } ?? false
            }
            let ordered = self.all.filter { $0.site != nil } + self.all.filter { $0.site == nil } + nobodys
            hosts = HostTable(
                ordered.compactMap { hosted in
                    Origin(hosted.election.election.address).map { (origin: $0, value: hosted) }
                })
        }
    }

    private let state = Mutex(State([], gone: [], isSeveral: false))

    /// Empty.
    package init() {}

    /// With one election that is served alone.
    package convenience init(_ election: StoredElection, _ site: Site) {
        self.init()
        put(HostedSite(election, site))
    }

    private var now: State { state.withLock { $0 } }

    /// Every election that is served, and those that cannot be.
    var all: [HostedSite] { now.all }

    /// The elections that are served, each with the address by which its voters come.
    package var addresses: [(id: String, address: String)] {
        all.filter { $0.site != nil }.map { ($0.id, $0.election.election.address) }
    }

    /// Whether one election is served, and no other was there since the process began.
    package var isAlone: Bool { !now.isSeveral }

    /// Says which elections there are whose address nobody can read now: the voters of one that is not served yet must not be led to
    /// another one.
    func note(unreadable names: [String]) {
        change { state in
            let unknown = names.filter { name in !state.all.contains { $0.id == name } }
            return State(
                state.all, gone: state.gone, isSeveral: state.isSeveral || state.all.count + unknown.count > 1)
        }
    }

    /// Puts an election in, or in the place of what stood for it before.
    func put(_ hosted: HostedSite) {
        change { state in
            State(
                state.all.filter { $0.id != hosted.id } + [hosted], gone: state.gone.filter { $0.id != hosted.id },
                isSeveral: state.isSeveral)
        }
    }

    /// Ends an election that was destroyed: its host is nobody's from here on, neither its own nor another election's.
    func retire(_ election: StoredElection) {
        let id = election.election.id
        change { state in
            State(
                state.all.filter { $0.id != id }, gone: state.gone.filter { $0.id != id } + [HostedSite(election, nil)],
                isSeveral: state.isSeveral)
        }
    }

    private func change(_ body: (State) -> State) {
        state.withLock { state in
            let before = state.all
            state = body(state)
            let kept = Set(state.all.map(ObjectIdentifier.init))
            for gone in before where !kept.contains(ObjectIdentifier(gone)) {
                gone.isRetired.store(true, ordering: .relaxed)
            }
        }
    }

    /// Who answers a request, by the host that it asks for.
    func answering(_ request: Request) -> Answering {
        let now = now
        let found = now.hosts.find(request.header("host"))
        if let found, now.gone.contains(where: { $0 === found }) { return .nobody }
        return SiteTable.answering(now.isSeveral ? found : now.all.first)
    }

    /// Who answers for an election by its short name.
    func answering(election id: String) -> Answering { SiteTable.answering(now.all.first { $0.id == id }) }

    private static func answering(_ found: HostedSite?) -> Answering {
        found.map { $0.site.map { .site($0) } ?? .standstill } ?? .nobody
    }
}

extension HostedSite {
    /// Whether another election's address is this one's.
    func sharesAddress(with other: StoredElection) -> Bool {
        guard let own = Origin(election.election.address), let its = Origin(other.election.address) else {
            return false
        }
        return own.isOneSite(with: its)
    }
}
