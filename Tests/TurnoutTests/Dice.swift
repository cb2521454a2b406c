/// Numbers that look random and are the same in every run.
struct Dice {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return Int(state >> 33) % bound
    }
}
