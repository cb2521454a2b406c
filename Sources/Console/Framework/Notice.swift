/// A box that is seen first.
struct Notice: PageModel {
    let words: String
    /// Whether it is red.
    let isBad: Bool

    init(_ words: String, isBad: Bool = false) { (self.words, self.isBad) = (words, isBad) }
}
