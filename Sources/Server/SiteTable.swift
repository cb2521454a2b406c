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

/// The elections that one process serves, each found by its host. One that is served alone answers for every host.
package final class SiteTable: Sendable {
    /// Who answers a request.
    enum Answering {
        case site(Site)
        /// An election whose site could not be built: nobody is served until that is mended.
        case standstill
        /// No election has this host.
        case nobody
    }

    private struct State: Sendable {
        var all: [HostedSite] = []
        var hosts = HostTable<HostedSite>([])
    }

    private let state = Mutex(State())
    /// Elections in the table; read for each line of the log.
    private let count = Atomic<Int>(0)
    /// Elections of the store whose definition cannot be read, and with it their address.
    private let unreadable = Atomic<Int>(0)

    /// Empty.
    package init() {}

    /// With one election that is served alone.
    package convenience init(_ election: StoredElection, _ site: Site) {
        self.init()
        put(HostedSite(election, site))
    }

    /// Every election that is served, and those that cannot be.
    var all: [HostedSite] { state.withLock { $0.all } }

    /// The elections that are served, each with the address by which its voters come.
    package var addresses: [(id: String, address: String)] {
        all.filter { $0.site != nil }.map { ($0.id, $0.election.election.address) }
    }

    /// Whether one election is served and nothing is to be told apart.
    package var isAlone: Bool { count.load(ordering: .relaxed) + unreadable.load(ordering: .relaxed) <= 1 }

    /// Says how many elections there are beside these, whose address nobody knows: their voters must not be led to another one.
    func note(unreadable number: Int) { unreadable.store(number, ordering: .relaxed) }

    /// Puts an election in, or in the place of what stood for it before.
    func put(_ hosted: HostedSite) { change { all in all.filter { $0.id != hosted.id } + [hosted] } }

    /// Takes an election out: its host is nobody's from here on.
    func remove(_ id: String) { change { all in all.filter { $0.id != id } } }

    private func change(_ body: ([HostedSite]) -> [HostedSite]) {
        state.withLock { state in
            let before = state.all
            state.all = body(before).sorted { $0.id < $1.id }
            state.hosts = HostTable(
                state.all.compactMap { hosted in
                    Origin(hosted.election.election.address).map { (origin: $0, value: hosted) }
                })
            let kept = Set(state.all.map(ObjectIdentifier.init))
            for gone in before where !kept.contains(ObjectIdentifier(gone)) {
                gone.isRetired.store(true, ordering: .relaxed)
            }
            count.store(state.all.count, ordering: .relaxed)
        }
    }

    /// Who answers a request, by the host that it asks for.
    func answering(_ request: Request) -> Answering {
        let isAlone = isAlone
        let found = state.withLock { isAlone ? $0.all.first : $0.hosts.find(request.header("host")) }
        return found.map { $0.site.map { .site($0) } ?? .standstill } ?? .nobody
    }

    /// Who answers for an election by its short name.
    func answering(election id: String) -> Answering {
        let found = state.withLock { $0.all.first { $0.id == id } }
        return found.map { $0.site.map { .site($0) } ?? .standstill } ?? .nobody
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
