extension Election {
    /// A text of the election with where it stands, in words.
    package struct PlacedText: Sendable {
        /// In English words for a message: `the title`, `answer 2 to question 1 of the ballot cse`.
        package let place: String
        /// In one language.
        package let text: String
    }

    /// Every text that stands on papers: letters, receipts, records, the result.
    package var printedTexts: [PlacedText] {
        var texts = both("the title", title)
        texts.append(PlacedText(place: "the organiser's name", text: organiser.name))
        texts += organiser.address.map { PlacedText(place: "the organiser's address", text: $0) }
        for support in supports {
            texts.append(PlacedText(place: "the support's name", text: support.name))
            texts += both("the support's hours", support.hours)
            if let about = support.about { texts += both("what the support is about", about) }
        }
        for (name, title) in colleges.sorted(by: { $0.key < $1.key }) { texts += both("the college \(name)", title) }
        for (name, title) in sites.sorted(by: { $0.key < $1.key }) { texts += both("the site \(name)", title) }
        for ballot in ballots {
            texts += both("the title of the ballot \(ballot.id)", ballot.title)
            for (place, question) in ballot.questions.enumerated() {
                let name = "question \(place + 1) of the ballot \(ballot.id)"
                texts += both("the title of \(name)", question.title)
                for (place, answer) in question.answers.enumerated() {
                    texts += both("answer \(place + 1) to \(name)", answer)
                }
            }
        }
        return texts
    }

    /// The contact for everything.
    package var support: Support { supports[0] }

    /// Every contact in one line, as mails and letters give it; the page gives the same.
    package func contactLine(_ language: Language) -> String {
        supports.map { support in
            let line = "\(support.name), \(support.phone) (\(support.hours[language])), \(support.email)"
            return support.about.map { $0[language] + (language == .fr ? "\u{A0}: " : ": ") + line } ?? line
        }.joined(separator: language == .fr ? "\u{A0}; " : "; ")
    }

    /// A text in both languages; once where it is the same.
    private func both(_ place: String, _ text: LocalText) -> [PlacedText] {
        let french = PlacedText(place: place, text: text.fr)
        return text.fr == text.en ? [french] : [french, PlacedText(place: "\(place) (en)", text: text.en)]
    }
}
