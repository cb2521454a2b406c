package import Store

/// Why an import could not go on.
/// `file`: what the file holds is to blame. `store`: the store or its disk.
package enum ImportFailure: Error, CustomStringConvertible {
    case file(RollFileError)
    case store(StoreError)

    /// What either says.
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .store(let error): "\(error)"
        }
    }
}
