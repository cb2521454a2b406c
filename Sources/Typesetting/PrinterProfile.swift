/// Where things stand on a sheet, in millimetres from its top left corner. The default fits the French DL window
/// envelope (NF Z10-011: window of 85 x 33 mm, 55 mm from the top and 110 mm from the left once folded).
package struct PrinterProfile: Sendable, Equatable {
    /// A rectangle in millimetres.
    package struct Frame: Sendable, Equatable {
        /// Of its upper left corner and its sides.
        package let x, y, width, height: Double

        /// From the sheet's left edge.
        package var right: Double { x + width }
        /// From the sheet's upper edge.
        package var bottom: Double { y + height }

        /// The same less an edge on every side.
        func inset(_ edge: Double) -> Frame {
            Frame(x: x + edge, y: y + edge, width: width - 2 * edge, height: height - 2 * edge)
        }
    }

    /// The envelope: DL, for a sheet folded twice, or C5, for one folded once.
    package enum Envelope: String, Sendable, CaseIterable { case dl, c5 }

    /// The side of the window. France has it to the right, its neighbours to the left.
    package enum Side: String, Sendable, CaseIterable { case right, left }

    /// A4, upright.
    package static let sheet = Frame(x: 0, y: 0, width: 210, height: 297)
    /// Kept clear on every side: machines grip and mark there.
    package static let margin = 15.0
    /// What the sheet may move in its envelope, 3 mm, and a tenth for rounding: nothing stands nearer to the window's edge.
    package static let play = 3.1
    /// What a fold may be off its place, and how wide it breaks the toner.
    package static let foldPlay = 2.0

    /// The kind of envelope that everything is placed for.
    package let envelope: Envelope
    /// Where its window is.
    package let side: Side
    /// What shows through the window wherever the sheet lies in its envelope: the address stands there.
    package let window: Frame
    /// What shows through it in any place where the sheet may lie: of all else the sender's line alone stands there.
    let visible: Frame
    /// Where the sheet is folded, from its top.
    package let folds: [Double]
    /// They change with the window's side.
    let sender, logo, returnLine, date, matrix: Frame

    /// Below the first fold of a DL sheet.
    let greeting = Frame(x: 20, y: 102.4, width: 170, height: 7)
    /// The letter's text; the fold of a C5 sheet runs across it.
    let body = Frame(x: 20, y: 109.5, width: 170, height: 86)
    /// Address of the site, labels and codes, with a border.
    let codes = Frame(x: 20, y: 201, width: 132, height: 48)
    /// Beside the codes.
    let qr = Frame(x: 157, y: 203, width: 33, height: 33)
    /// Below the codes.
    let footer = Frame(x: 20, y: 252, width: 170, height: 22)
    /// Election, batch and number, in small type.
    let mark = Frame(x: 20, y: 277, width: 170, height: 4)

    /// The frames for an envelope; measures are those of the envelopes' standards less the sheet's play.
    package init(_ envelope: Envelope = .dl, window side: Side = .right) {
        (self.envelope, self.side) = (envelope, side)
        // What shows through the window wherever the sheet slides in its envelope: for C5 (162 x 229 mm, window of 45 x 100 mm,
        // 20 mm from its side and 60 mm from the bottom) that is less than for DL.
        switch (envelope, side) {
        case (.dl, .right): window = Frame(x: 110, y: 55, width: 85, height: 33)
        case (.dl, .left): window = Frame(x: 20, y: 55, width: 85, height: 33)
        case (.c5, .right): window = Frame(x: 110, y: 57, width: 80, height: 31)
        case (.c5, .left): window = Frame(x: 20, y: 57, width: 81, height: 31)
        }
        visible = PrinterProfile.visible(envelope, side)
        folds = envelope == .dl ? [99, 198] : [148.5]
        // The window's side has the address, the other one the sender; the code of the inserting machine keeps out of sight.
        let (near, far) = side == .right ? (110.0, 20.0) : (20.0, 121.0)
        logo = Frame(x: far, y: 16, width: 60, height: 14)
        sender = Frame(x: far, y: 32, width: 69, height: 24)
        returnLine = Frame(x: near, y: window.y - 6, width: 80, height: 5.2)
        matrix = Frame(x: side == .right ? 20 : 182, y: 84, width: 8, height: 8)
        // A C5 sheet moves so far that its window shows what stands below the address: there the day goes to the other side.
        switch (envelope, side) {
        case (.dl, .right): date = Frame(x: 113, y: 91.5, width: 77, height: 5)
        case (.c5, .right): date = Frame(x: far, y: 93.5, width: 69, height: 5)
        case (_, .left): date = Frame(x: far, y: 91.5, width: 60, height: 5)
        }
    }

    /// Everything of the sheet that the window can show: it lies 20 mm from its side, 20 mm (DL, 220 x 110 mm) or 60 mm (C5) from
    /// the bottom, is 100 mm wide and 35 or 45 mm high, and the folded sheet slides by what the envelope is larger.
    private static func visible(_ envelope: Envelope, _ side: Side) -> Frame {
        let (width, height, bottom, opening, folded) =
            envelope == .dl ? (220.0, 110.0, 20.0, 35.0, 99.0) : (229.0, 162.0, 60.0, 45.0, 148.5)
        let (right, down) = (width - sheet.width, height - folded)
        let left = side == .right ? width - 120 : 20
        return Frame(
            x: left - right, y: height - bottom - opening - down, width: 100 + right, height: opening + down)
    }

    /// Where the sender stands: at the top, or below the logo.
    func sender(below logo: Logo?) -> Frame {
        logo != nil ? sender : Frame(x: sender.x, y: 18, width: sender.width, height: 35)
    }

    /// Where the code of slot `index` stands, below its label.
    func slot(_ index: Int) -> Frame {
        Frame(x: codes.x + 4, y: codes.y + 20 + Double(index) * 14, width: codes.width - 8, height: 8)
    }
}
