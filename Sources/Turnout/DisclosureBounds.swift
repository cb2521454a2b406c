import CClp

/// What somebody who sees some sums can work out of the numbers behind them.
///
/// Parts of known size hold an unknown number each, from nothing, or what is known of them, to their size; some sums over parts are known. The least and
/// the most that a group of parts can hold are the ends of two linear programs, solved by COIN-OR Clp. With sums over two
/// partitions the ends are whole numbers that can be reached; with three they may be a little wider than whole numbers allow.
@safe final class DisclosureBounds {
    private let model: UnsafeMutableRawPointer
    private let parts: Int
    /// The value of each sum; the least double where it was forgotten.
    private var lower: [Double]
    private var upper: [Double]

    /// A solver's whole numbers are whole but for this.
    private static let slack = 1e-6

    /// - Parameters:
    ///   - sizes: the most that each part can hold.
    ///   - least: what each part holds at least.
    ///   - sums: the parts of each known sum, and its value.
    /// - Returns: nil when no numbers agree with the sums.
    init?(sizes: [Int], least: [Int], sums: [(parts: [Int], value: Int)]) {
        guard let made = unsafe Clp_newModel() else { return nil }
        unsafe model = made
        parts = sizes.count
        lower = sums.map { Double($0.value) }
        upper = lower
        // By columns, as the library wants it: the sums that each part is in.
        var sumsOf = [[Int32]](repeating: [], count: sizes.count)
        for (number, sum) in sums.enumerated() { for part in sum.parts { sumsOf[part].append(Int32(number)) } }
        var starts: [Int32] = [0]
        for column in sumsOf { starts.append(starts[starts.count - 1] + Int32(column.count)) }
        let index = sumsOf.flatMap(\.self)
        unsafe Clp_setLogLevel(model, 0)
        unsafe Clp_loadProblem(
            model, Int32(sizes.count), Int32(sums.count), starts, index, [Double](repeating: 1, count: index.count),
            least.map { Double($0) }, sizes.map { Double($0) },
            [Double](repeating: 0, count: sizes.count), lower, upper)
        guard solve() else { return nil }
    }

    deinit { unsafe Clp_deleteModel(model) }

    /// Solves for the present objective, from where the last solution was; false when Clp gives up.
    private func solve() -> Bool {
        let ended = unsafe Clp_primal(model, 0)
        return unsafe ended == 0 && Clp_status(model) == 0
    }

    /// Forgets a sum: from now on it is not known.
    func forget(_ sum: Int) {
        (lower[sum], upper[sum]) = (-Double.greatestFiniteMagnitude, Double.greatestFiniteMagnitude)
        unsafe Clp_chgRowLower(model, lower)
        unsafe Clp_chgRowUpper(model, upper)
    }

    /// The least and the most that some parts can hold together, and the sums that say so.
    /// - Returns: nil when the solver gives up.
    func bounds(of group: [Int]) -> (least: Int, most: Int, because: Set<Int>)? {
        var because: Set<Int> = []
        var ends: [Double] = []
        for sign in [1.0, -1.0] {
            var objective = [Double](repeating: 0, count: parts)
            for part in group { objective[part] = sign }
            unsafe Clp_chgObjCoefficients(model, objective)
            guard solve() else { return nil }
            ends.append(unsafe Clp_objectiveValue(model) * sign)
            guard let prices = unsafe Clp_getRowPrice(model) else { return nil }
            for sum in lower.indices where unsafe abs(prices[sum]) > DisclosureBounds.slack { because.insert(sum) }
        }
        return (
            Int((ends[0] - DisclosureBounds.slack).rounded(.up)),
            Int((ends[1] + DisclosureBounds.slack).rounded(.down)),
            because
        )
    }
}
