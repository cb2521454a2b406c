import Staff
import Store

extension Approvals {
    /// The number of the request of this kind that waits for this voter; nil when none does.
    func waiting(_ reading: borrowing Reading, _ permission: Permission, _ voter: Int) throws(StoreError) -> Int? {
        try waiting(reading).first { $0.subject == voter && $0.permission == permission }?.id
    }
}
