package import Crypto
package import Store

extension Refusal {
    /// A fault of the store is the user's to mend, unless the program itself went wrong.
    package init(_ error: StoreError) {
        self.init(error.description, status: error.kind == .failed || error.kind == .constraint ? .broken : .refused)
    }

    /// A fault of the key folder is the user's to mend.
    package init(_ error: KeyError) { self.init(error.description) }
}

/// Runs `body` and turns what it throws into a refusal.
/// - Throws: a refusal as it is; errors of store and key folder with their cures; any other error in its own words.
package func refusing<Value>(_ body: () throws -> Value) throws(Refusal) -> Value {
    do { return try body() } catch let error as Refusal { throw error } catch let error as StoreError {
        throw Refusal(error)
    } catch let error as KeyError { throw Refusal(error) } catch {
        throw Refusal("\(error)")
    }
}
