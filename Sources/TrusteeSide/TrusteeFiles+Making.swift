package import CommandLineKit
import Crypto
package import Elections
import Polling

extension TrusteeFiles {
    /// Makes a trustee's pair of files, and the key's memory beside them.
    /// - Parameter path: of all of them, without their endings.
    /// - Throws: refused where one of the files is there already, or cannot be written; those made before it stay.
    package static func make(for election: Election, name: String, path: String) throws(Refusal) {
        let pair = KeyPair(election: election.id, trustee: name, ballots: election.ballots.map(\.id))
        try refusing { try PrivateFile.create(path + ".key", pair.privateFile) }
        try KeyMemory(new: path + ".key", pair).write()
        try writeFile(path + ".pub", pair.publicFile)
    }
}
