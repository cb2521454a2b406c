/// A page as it was made for one request: the API gives the model as it is, a browser gets it in its template.
struct RenderedPage: Sendable {
    /// Also the page's heading.
    let title: String
    /// The template's name, without the ending.
    let template: String
    /// What is shown.
    let model: any Encodable & Sendable
    /// Whether its figures move by themselves.
    var isLive = false
}

/// Says one thing, and leads on to the first page.
struct MessageModel: PageModel {
    let words: String
}
