/// A square code (QR) as a page draws it.
package enum SquareDrawing {
    /// Light modules around a square code, which readers need (ISO/IEC 18004, section 6.3.8).
    package static let quiet = 4

    /// Dark modules as an SVG path: a unit square for each.
    /// Light modules around it are the page's to leave.
    /// - Parameter rows: true for dark, from the top.
    package static func outline(_ rows: [[Bool]]) -> String {
        rows.enumerated().map { y, row in
            row.enumerated().filter(\.element).map { x, _ in "M\(x) \(y)h1v1h-1z" }.joined()
        }.joined()
    }
}
