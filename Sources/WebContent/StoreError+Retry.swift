package import Store

extension StoreError {
    /// Seconds after which trying again makes sense where the store is only busy: one page's wait.
    package static let shortPause = 5
    /// Seconds after which trying again makes sense where somebody must act: free a disk, start another program.
    private static let longPause = 60

    /// Seconds after which trying again makes sense; nil where it does not.
    package var retrySeconds: Int? {
        switch kind {
        case .busy: StoreError.shortPause
        case .full, .readOnly, .moved: StoreError.longPause
        default: isOfTheStore ? StoreError.longPause : nil
        }
    }
}
