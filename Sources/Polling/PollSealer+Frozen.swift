package import Elections

extension PollSealer {
    /// What is frozen beside election and roll.
    package struct Frozen: Sendable {
        /// Files by their path below the templates' folder, with their SHA-256 in hexadecimal.
        package let files: [(path: String, sha256: String)]
        /// The program's version, as the manifest is to name it.
        package let version: String
        /// SHA-256 of the program, in hexadecimal.
        package let program: String
        /// What the ballot page calls a blank vote.
        package let blank: [Language: String]
        /// Where the bureau's box key was written on this machine, as an absolute path: no close erases it there.
        package let boxKeyFile: String?

        /// Nothing is checked here: the caller has read the files.
        package init(
            files: [(path: String, sha256: String)], version: String, program: String, blank: [Language: String],
            boxKeyFile: String? = nil
        ) {
            (self.files, self.version, self.program, self.blank) = (files, version, program, blank)
            self.boxKeyFile = boxKeyFile
        }
    }
}
