/// A model that programs get as it is, as a bare list mostly, with what the page alone has beside it: a template asks for
/// `page.answer` and `page.view`.
struct WithView<Answer: PageModel, View: PageModel>: PageModel, ModelDescribed {
    let answer: Answer
    let view: View

    init(_ answer: Answer, _ view: View) { (self.answer, self.view) = (answer, view) }

    private enum CodingKeys: CodingKey { case answer, view }

    /// - Throws: always, where a program's answer has no view: what a page showed cannot be told from it.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        answer = try fields.decode(Answer.self, forKey: .answer)
        view = try fields.decode(View.self, forKey: .view)
    }

    func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? ModelEncoder, encoder.isForPage else { return try answer.encode(to: encoder) }
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(answer, forKey: .answer)
        try fields.encode(view, forKey: .view)
    }

    static func described() throws -> ModelType {
        .withView(try ModelType(of: Answer.self), view: try ModelType(of: View.self))
    }

    static func sample() throws -> WithView<Answer, View> {
        WithView(try ModelRecorder.sample(Answer.self), try ModelRecorder.sample(View.self))
    }
}
