import WebContent

/// Horizontal bars, drawn on the server as SVG: no script, no third party, and the same figures in a table behind.
/// At most some dozens of bars; the drawing is as high as they need.
struct Chart: PageModel {
    /// One line of a chart, with its measures in units of the drawing.
    struct Bar: PageModel {
        let label: String
        /// What stands at the bar's end.
        let text: String
        /// The bar's length.
        let width: Int
        /// Where label, bar and text stand.
        let labelY: Int
        let barY: Int
        let textX: Int
        let textY: Int
    }

    /// What a bar shows.
    struct Figure {
        let label: String
        /// Nil where the figure must not be shown.
        let value: Int?
        /// What stands at the bar's end.
        let text: String
    }

    /// By which the drawing's parts are named on the page.
    let id: String
    /// Above the drawing.
    let title: String
    /// What the chart shows, in one sentence, for those who do not see it.
    let summary: String
    let width: Int
    let height: Int
    /// Headings of the table behind.
    let label: String
    let value: String
    /// From top to bottom.
    let bars: [Bar]

    /// Units of the drawing: the height of a bar with its label, the widths of bars and of the figure behind.
    private static let (rowHeight, drawingWidth, textWidth) = (44, 700, 220)

    /// - Parameters:
    ///   - figures: from top to bottom.
    ///   - whole: the figure of the longest bar; nil for the largest one.
    ///   - columns: headings of the table behind.
    init(
        id: String, title: String, figures: [Figure], whole: Int? = nil, columns: (label: String, value: String),
        say: Wording
    ) {
        (self.id, self.title) = (id, title)
        (label, value) = columns
        summary = figures.map { "\($0.label)\(say.language.colon)\($0.text)" }
            .joined(separator: say.language.semicolon)
        width = Chart.drawingWidth
        height = max(1, figures.count) * Chart.rowHeight
        let longest = max(1, whole ?? figures.compactMap(\.value).max() ?? 1)
        bars = figures.enumerated().map { index, figure in
            let top = index * Chart.rowHeight
            let length = (figure.value ?? 0) * (Chart.drawingWidth - Chart.textWidth) / longest
            return Bar(
                label: figure.label, text: figure.text, width: length, labelY: top + 15, barY: top + 20,
                textX: length + 8, textY: top + 34)
        }
    }
}
