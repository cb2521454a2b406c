/// The log of one election's site and work: a line says which election it is of, where the process serves several.
struct SiteLog: Sendable {
    private let log: AccessLog
    private let election: String
    private let table: SiteTable

    init(_ log: AccessLog, election: String, _ table: SiteTable) {
        (self.log, self.election, self.table) = (log, election, table)
    }

    /// Writes a line.
    func write(_ line: String) { log.write(table.isAlone ? line : "\(election): \(line)") }
}
