import Templating

/// Horizontal bars, drawn on the server as SVG: no script, no third party, and the same figures in a table behind.
/// At most some dozens of bars; the drawing is as high as they need.
package struct Chart: Sendable {
    /// One line of a chart.
    struct Bar: Sendable {
        let label: String
        /// Nil where the figure must not be shown.
        let value: Int?
        /// What stands at the bar's end.
        let text: String
    }

    /// Above the drawing.
    let title: String
    /// What the chart shows, in one sentence, for those who do not see it.
    let summary: String
    /// From top to bottom.
    let bars: [Bar]
    /// The figure of the longest bar; nil for the largest one.
    var whole: Int?
    /// Headings of the table behind.
    let columns: (label: String, value: String)

    /// Units of the drawing: the height of a bar with its label, the widths of bars and of the figure behind.
    private static let (rowHeight, width, textWidth) = (44, 700, 220)

    /// What the template may ask for.
    static let shape: Shape = .object([
        "id": .text, "title": .text, "summary": .text, "height": .text, "label": .text, "value": .text,
        "width": .text,
        "bars": .list(
            .object([
                "label": .text, "text": .text, "width": .text, "labelY": .text, "barY": .text, "textX": .text,
                "textY": .text,
            ])),
    ])

    /// The drawing as the template has it, all measures worked out.
    /// - Parameter place: its number on the page, for identifiers.
    func value(_ place: Int) -> TemplateValue {
        let longest = max(1, whole ?? bars.compactMap(\.value).max() ?? 1)
        let rows = bars.enumerated().map { index, bar -> TemplateValue in
            let top = index * Chart.rowHeight
            let width = (bar.value ?? 0) * (Chart.width - Chart.textWidth) / longest
            return .object([
                "label": .text(bar.label), "text": .text(bar.text), "width": .text("\(width)"),
                "labelY": .text("\(top + 15)"), "barY": .text("\(top + 20)"), "textX": .text("\(width + 8)"),
                "textY": .text("\(top + 34)"),
            ])
        }
        return .object([
            "id": .text("c\(place)"), "title": .text(title), "summary": .text(summary),
            "height": .text("\(max(1, bars.count) * Chart.rowHeight)"), "width": .text("\(Chart.width)"),
            "label": .text(columns.label),
            "value": .text(columns.value), "bars": .list(rows),
        ])
    }
}
