import CPango
import Glibc

/// Draws pictures of a few characters that people read and programs do not.
///
/// The characters are outlines, bent by two slow waves and filled even-odd together with two wavy bands, so that each
/// of them changes from black on white to white on black somewhere; there are no lines or dots that a filter could remove.
/// Measured: `Tests/bench captcha`.
package final class PicturePress: Sendable {
    /// Characters that stay apart when bent: no 0 O 1 I 2 Z 5 S 8 B G Q.
    package static let alphabet = Array("ACDEFHJKLMNPRTUVWXY34679")
    /// Pixels.
    package static let (width, height) = (320, 100)

    /// A point of an outline, centred on the origin, at a size of 100.
    private struct Point {
        let x, y: Double
        let begins: Bool
        var ends = false
    }

    /// In each of them the characters of `alphabet` stay apart.
    private static let fonts: [(name: String, slant: cairo_font_slant_t)] = [
        ("DejaVu Sans", CAIRO_FONT_SLANT_NORMAL), ("DejaVu Serif", CAIRO_FONT_SLANT_NORMAL),
        ("Liberation Sans", CAIRO_FONT_SLANT_ITALIC), ("Liberation Serif", CAIRO_FONT_SLANT_NORMAL),
    ]
    /// By font and character.
    private let outlines: [[[Point]]]

    /// Makes the outlines; where there is no memory for them every picture is nil.
    package init() {
        outlines = PicturePress.fonts.map { font in
            guard let canvas = Canvas(width: 8, height: 8) else { return [] }
            unsafe cairo_select_font_face(canvas.context, font.name, font.slant, CAIRO_FONT_WEIGHT_BOLD)
            unsafe cairo_set_font_size(canvas.context, 100)
            return PicturePress.alphabet.map { PicturePress.outline(String($0), canvas) }
        }
    }

    /// A grey picture as PNG.
    /// - Parameters:
    ///   - text: characters of `alphabet`, six or seven.
    ///   - seed: decides the form; the same seed gives the same picture.
    /// - Returns: nil when there is no memory for it: a picture less must not end an election's server.
    package func png(_ text: String, seed: UInt64) -> [UInt8]? {
        var dice = Dice(state: seed)
        guard outlines.allSatisfy({ !$0.isEmpty }),
            let canvas = Canvas(width: PicturePress.width, height: PicturePress.height)
        else { return nil }
        let context = unsafe canvas.context
        unsafe cairo_set_source_rgba(context, 0, 0, 0, 1)
        unsafe cairo_paint(context)
        unsafe cairo_set_operator(context, CAIRO_OPERATOR_CLEAR)
        unsafe cairo_set_tolerance(context, 0.3)
        unsafe cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD)
        let bend = Bend(&dice)
        let letters = text.compactMap { PicturePress.alphabet.firstIndex(of: $0) }
        let pitch = min(46.0, 300 / Double(max(1, letters.count)))
        let start = (Double(PicturePress.width) - pitch * Double(letters.count - 1)) / 2
        for (index, letter) in letters.enumerated() {
            unsafe place(letter, x: start + pitch * Double(index), bend, &dice, context)
        }
        for band in 0..<2 { unsafe drawBand(band, &dice, context) }
        unsafe cairo_fill(context)
        return canvas.png()
    }

    /// Adds one character to the path: of a font, a size and an angle by chance, and bent.
    private func place(_ letter: Int, x: Double, _ bend: Bend, _ dice: inout Dice, _ context: OpaquePointer) {
        let (size, angle) = (dice.between(0.50, 0.62), dice.between(-0.33, 0.33))
        let (cosine, sine) = (cos(angle) * size, sin(angle) * size)
        let (centre, middle) = (x + dice.between(-2, 2), 50 + dice.between(-10, 10))
        let shear = dice.between(-0.25, 0.25)
        let font = Int(dice.next() % UInt64(outlines.count))
        for point in outlines[font][letter] {
            let slanted = point.x + shear * point.y
            let bent = bend.moved(
                centre + slanted * cosine - point.y * sine, middle + slanted * sine + point.y * cosine)
            if point.begins {
                unsafe cairo_move_to(context, bent.x, bent.y)
            } else {
                unsafe cairo_line_to(context, bent.x, bent.y)
            }
            if point.ends { unsafe cairo_close_path(context) }
        }
    }

    /// Adds a wavy band to the path, the first above the second.
    private func drawBand(_ band: Int, _ dice: inout Dice, _ context: OpaquePointer) {
        let top = band == 0 ? dice.between(22, 38) : dice.between(52, 66)
        let (thickness, phase) = (dice.between(12, 20), dice.between(0, 2 * .pi))
        let (frequency, swing) = (dice.between(0.025, 0.05), dice.between(8, 14))
        func edge(_ step: Int, _ lower: Bool) -> (x: Double, y: Double) {
            let x = Double(step) * 5
            return (x, top + (lower ? thickness : 0) + swing * sin(frequency * x + phase + (lower ? 0.7 : 0)))
        }
        for step in 0...64 {
            let point = edge(step, false)
            if step == 0 {
                unsafe cairo_move_to(context, point.x, point.y)
            } else {
                unsafe cairo_line_to(context, point.x, point.y)
            }
        }
        for step in (0...64).reversed() {
            let point = edge(step, true)
            unsafe cairo_line_to(context, point.x, point.y)
        }
        unsafe cairo_close_path(context)
    }

    /// A character's outline, with its middle at the origin.
    private static func outline(_ text: String, _ canvas: Canvas) -> [Point] {
        let context = unsafe canvas.context
        var extents = cairo_text_extents_t()
        unsafe cairo_text_extents(context, text, &extents)
        unsafe cairo_new_path(context)
        unsafe cairo_move_to(
            context, -extents.width / 2 - extents.x_bearing, -extents.height / 2 - extents.y_bearing)
        unsafe cairo_text_path(context, text)
        guard let path = unsafe cairo_copy_path_flat(context) else { return [] }
        defer {
            unsafe cairo_path_destroy(path)
            unsafe cairo_new_path(context)
        }
        return unsafe points(path.pointee)
    }

    /// Straight pieces of at most three units, so that bending bends them too.
    private static func points(_ path: cairo_path_t) -> [Point] {
        var points: [Point] = []
        var index = 0
        var last = (x: 0.0, y: 0.0)
        while unsafe index < Int(path.num_data), let data = unsafe path.data {
            let header = unsafe data[index].header
            switch header.type {
            case CAIRO_PATH_MOVE_TO:
                last = unsafe (data[index + 1].point.x, data[index + 1].point.y)
                points.append(Point(x: last.x, y: last.y, begins: true))
            case CAIRO_PATH_LINE_TO:
                let end = unsafe (x: data[index + 1].point.x, y: data[index + 1].point.y)
                let pieces = max(1, Int(hypot(end.x - last.x, end.y - last.y) / 3))
                for piece in 1...pieces {
                    let part = Double(piece) / Double(pieces)
                    points.append(
                        Point(x: last.x + (end.x - last.x) * part, y: last.y + (end.y - last.y) * part, begins: false))
                }
                last = end
            default: if !points.isEmpty { points[points.count - 1].ends = true }
            }
            index += Int(header.length)
        }
        return points
    }
}

/// A grey drawing surface.
@safe private final class Canvas {
    let surface: OpaquePointer
    let context: OpaquePointer

    /// Nil when there is no memory.
    init?(width: Int, height: Int) {
        guard let surface = unsafe cairo_image_surface_create(CAIRO_FORMAT_A8, Int32(width), Int32(height)),
            let context = unsafe cairo_create(surface)
        else { return nil }
        unsafe (self.surface, self.context) = (surface, context)
    }

    deinit {
        unsafe cairo_destroy(context)
        unsafe cairo_surface_destroy(surface)
    }

    /// What cairo has written so far.
    private final class Bytes { var list: [UInt8] = [] }

    /// The surface as PNG; nil when there is no memory.
    func png() -> [UInt8]? {
        unsafe cairo_surface_flush(surface)
        let bytes = Bytes()
        bytes.list.reserveCapacity(8192)
        let context = unsafe Unmanaged.passUnretained(bytes).toOpaque()
        let status = withExtendedLifetime(bytes) {
            unsafe cairo_surface_write_to_png_stream(surface, Canvas.append, context)
        }
        return status == CAIRO_STATUS_SUCCESS ? bytes.list : nil
    }

    /// cairo's callback for the next bytes.
    private static let append: cairo_write_func_t = { context, data, count in
        guard let context = unsafe context, let data = unsafe data else { return CAIRO_STATUS_WRITE_ERROR }
        unsafe Unmanaged<Bytes>.fromOpaque(context).takeUnretainedValue().list
            .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
        return CAIRO_STATUS_SUCCESS
    }
}

/// Three slow waves in each direction.
private struct Bend {
    /// Frequencies, phases and amplitudes in both directions.
    private struct Wave { let kx, ky, px, py, ax, ay: Double }
    private var waves: [Wave] = []
    /// Pixels by which a wave moves a point at most.
    private static let swing = 3.5

    /// Waves by chance.
    init(_ dice: inout Dice) {
        for _ in 0..<3 {
            waves.append(
                Wave(
                    kx: dice.between(0.015, 0.05), ky: dice.between(0.02, 0.06), px: dice.between(0, 2 * .pi),
                    py: dice.between(0, 2 * .pi), ax: dice.between(-Bend.swing, Bend.swing),
                    ay: dice.between(-Bend.swing, Bend.swing)))
        }
    }

    /// Where a point goes.
    func moved(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        var (dx, dy) = (0.0, 0.0)
        for wave in waves {
            dx += wave.ax * sin(wave.ky * y + wave.px + wave.kx * x * 0.4)
            dy += wave.ay * sin(wave.kx * x + wave.py + wave.ky * y * 0.4)
        }
        return (x + dx, y + dy)
    }
}

/// Repeatable numbers from a secret seed (SplitMix64: Steele, Lea and Flood, 2014).
package struct Dice {
    /// The generator's whole state.
    private var state: UInt64

    /// - Parameter state: the seed: the same one gives the same numbers.
    package init(state: UInt64) { self.state = state }

    /// The next of 2^64 numbers.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from `low` on and below `high`, of 2^53 steps.
    package mutating func between(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * Double(next() >> 11) / 9_007_199_254_740_992
    }
}
