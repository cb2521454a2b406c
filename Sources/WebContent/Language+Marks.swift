package import Elections

extension Language {
    /// Between a name and what is said of it; French has a no-break space before it.
    package var colon: String { self == .fr ? "\u{A0}: " : ": " }
    /// Between two things said in a row; French has a no-break space before it.
    package var semicolon: String { self == .fr ? "\u{A0}; " : "; " }
}
