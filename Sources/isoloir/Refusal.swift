import Crypto
import Store

/// Why a command did not do what it was asked, with the process's exit status.
struct Refusal: Error, CustomStringConvertible {
    enum Status: Int32 {
        /// Refused with a clear reason.
        case refused = 1
        /// The command line is wrong.
        case usage = 2
        /// Something that should not happen.
        case broken = 70
    }

    let status: Status
    let description: String

    init(_ description: String, status: Status = .refused) { (self.status, self.description) = (status, description) }

    init(_ error: StoreError) {
        self.init(error.description, status: error.kind == .failed || error.kind == .constraint ? .broken : .refused)
    }

    init(_ error: KeyError) { self.init(error.description) }
}

/// Runs `body` and turns what it throws into a refusal.
func refusing<Value>(_ body: () throws -> Value) throws(Refusal) -> Value {
    do { return try body() } catch let error as Refusal { throw error } catch let error as StoreError {
        throw Refusal(error)
    } catch let error as KeyError { throw Refusal(error) } catch {
        throw Refusal("\(error)")
    }
}
