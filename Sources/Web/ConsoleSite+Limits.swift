import Access
import Store

extension ConsoleSite {
    /// Forms into which a file's text is pasted.
    private static let longForms: Set<String> = ["letters/returned", "parcels/key"]

    /// How long the body of a POST to the console may be: nothing where none is taken, and the long forms are for those who
    /// are signed in.
    package func bodyLimit(_ request: Request) -> Int {
        let isAPI = request.path.hasPrefix(ConsoleSite.prefix)
        let rest = String(request.path.dropFirst(isAPI ? ConsoleSite.prefix.count : "/manager/".count))
        // Without a token nothing is done, whatever the body says.
        guard ConsoleSite.owns(request.path), isAPI ? bearer(request) != nil : true, takesBody(rest, isAPI: isAPI)
        else { return 0 }
        guard ConsoleSite.longForms.contains(rest) else { return FieldLimits.consoleForm }
        do throws(StoreError) {
            let isKnown = try isAPI ? client(request) != nil : visitor(request).session?.confirmedAt != nil
            return isKnown ? FieldLimits.longConsoleForm : FieldLimits.consoleForm
        } catch {
            log("a long form cannot be taken: \(error)")
            return FieldLimits.consoleForm
        }
    }

    private func takesBody(_ path: String, isAPI: Bool) -> Bool {
        path == RollUpload.path || !isAPI && ConsoleSignIn.paths.contains(path)
            || ConsoleSite.actions.contains { Pattern.match($0.path, path) != nil }
    }
}
