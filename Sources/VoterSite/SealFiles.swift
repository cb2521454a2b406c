import Crypto
import HTTPServer
import Polling
import WebContent

/// What a seal gives browsers.
struct SealFiles: Sendable {
    /// Of the manifest.
    let fingerprint: String
    /// What it says of the ballots, and the whole manifest.
    let ballots: AssetSet.Asset
    let manifest: AssetSet.Asset

    /// Nil where the manifest does not say what was sealed of the ballots.
    init?(_ poll: Poll) {
        guard let ballots = SealedBallots(manifest: poll.manifest) else { return nil }
        fingerprint = poll.fingerprint
        self.ballots = AssetSet.Asset(type: "application/json", body: ballots.text)
        manifest = AssetSet.Asset(type: "application/json", body: poll.manifest)
    }

    /// Nil for every other path.
    func response(_ request: Request) -> Response? {
        switch request.path {
        case "/assets/\(SealedBallots.name)": ballots.response(request)
        case "/assets/\(SealedBallots.manifestName)": manifest.response(request)
        default: nil
        }
    }
}
