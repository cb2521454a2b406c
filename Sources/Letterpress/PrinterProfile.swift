/// Where things stand on a sheet, in millimetres from its top left corner. The default fits the French DL window
/// envelope (NF Z10-011: window of 85 x 33 mm, 55 mm from the top and 110 mm from the left once folded).
package struct PrinterProfile: Sendable {
    /// A rectangle in millimetres.
    package struct Frame: Sendable, Equatable {
        package let x, y, width, height: Double
    }

    package static let sheet = Frame(x: 0, y: 0, width: 210, height: 297)
    /// Kept clear on every side: machines grip and mark there.
    package static let margin = 15.0

    package let window = Frame(x: 110, y: 55, width: 85, height: 33)
    let sender = Frame(x: 20, y: 18, width: 80, height: 35)
    let greeting = Frame(x: 20, y: 98, width: 170, height: 6)
    let body = Frame(x: 20, y: 107, width: 170, height: 88)
    let codes = Frame(x: 20, y: 200, width: 132, height: 48)
    let qr = Frame(x: 157, y: 203, width: 33, height: 33)
    let footer = Frame(x: 20, y: 252, width: 170, height: 22)
    let mark = Frame(x: 20, y: 277, width: 170, height: 4)

    package init() {}
}
