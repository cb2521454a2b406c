import Captcha
import Console
import Crypto
import Delivery
import Synchronization
import WebContent

/// What is read of templates and is the same for elections with the same ones: kept once, however many elections a process
/// serves. Known by the digest of every file, so that what an upgrade changed meanwhile is read anew.
final class ContentCache: Sendable {
    /// What the voters' pages load.
    typealias Loaded = (assets: AssetSet, sounds: CaptchaSounds)

    private struct State {
        var loaded: [String: Loaded] = [:]
        var consoles: [String: ConsoleTemplates] = [:]
    }

    private let state = Mutex(State())

    /// Empty.
    init() {}

    /// Scripts, styles and pictures, and spoken digits.
    /// - Throws: `SiteFault` or the captcha's fault with the first file that is missing.
    func loaded(_ templates: TemplateFolder) throws -> Loaded {
        let key = ContentCache.key(templates)
        if let known = state.withLock({ $0.loaded[key] }) { return known }
        let made = (
            assets: try AssetSet(templates),
            sounds: try CaptchaSounds(languages: ["fr", "en"]) { templates.bytes("assets/audio/\($0)") }
        )
        state.withLock { $0.loaded[key] = made }
        return made
    }

    /// The console's pages and guides, without the election.
    /// - Throws: `SiteFault` with what is missing or wrong.
    func console(_ templates: TemplateFolder) throws -> ConsoleTemplates {
        let key = ContentCache.key(templates)
        if let known = state.withLock({ $0.consoles[key] }) { return known }
        let made = try ConsoleTemplates(templates)
        state.withLock { $0.consoles[key] = made }
        return made
    }

    private static func key(_ templates: TemplateFolder) -> String {
        hex(sha256(Array(templates.digests().map { "\($0.path) \($0.sha256)\n" }.joined().utf8)))
    }
}
