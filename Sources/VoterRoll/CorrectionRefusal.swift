package import Elections

/// Why a correction of a voter, or a new voter, is refused: a clause without a full stop.
package enum CorrectionRefusal: Reason, Equatable {
    /// What was typed is longer than any value, or holds no text.
    case tooLong
    /// What was typed, and what the reading of rolls says of such a value.
    case value(String, String)
    /// What the reading of rolls says of what was typed, without it.
    case misread(String)
    /// A name that shows nothing.
    case emptyName
    /// What was typed is no civility.
    case noCivility(String)
    /// What was typed is no weight.
    case noWeight(String)
    /// What was typed is no college.
    case noCollege(String)
    /// What was typed is no site.
    case noSite(String)
    /// What was typed is none of these languages.
    case noLanguage(String, of: String)
    /// What was typed is no channel.
    case noChannel(String)
    /// The column changes by a file alone.
    case byFileAlone(Column)
    /// The election has no question that this would answer.
    case asksNothing
    /// There is no answer.
    case emptyAnswer
    /// Others may guess the answer.
    case guessableAnswer
    /// Of a request that an earlier version wrote down: its answer was not kept.
    case answerNotKept
    /// Somebody on the roll, or struck off it, has the reference.
    case referenceTaken(String)

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .tooLong: ReasonText("correction.tooLong", "the value is too long, or piles up combining marks")
        case .value(let value, let why):
            ReasonText("correction.value", "\"\(value, "value")\" \(phrase: why, "why")")
        case .misread(let why): ReasonText("correction.misread", "\(phrase: why, "why")")
        case .emptyName: ReasonText("correction.emptyName", "a name is not empty")
        case .noCivility, .noWeight, .noCollege, .noSite, .noLanguage, .noChannel: choiceText
        case .byFileAlone(let column):
            ReasonText(
                "correction.byFileAlone",
                "\([column], "column", of: "v.heading") cannot be corrected one by one; correct email, phone, address1 (all lines, separated by |), civility, last_name, first_name, college, site, weight, language, channel or challenge, or import the roll again"
            )
        case .asksNothing, .emptyAnswer, .guessableAnswer, .answerNotKept: answerText
        case .referenceTaken(let reference):
            ReasonText(
                "correction.referenceTaken",
                "the reference \(reference, "reference") is taken, perhaps by a voter who was struck off")
        }
    }

    /// Of values that must be one of several.
    private var choiceText: ReasonText {
        switch self {
        case .noWeight(let value):
            ReasonText(
                "correction.noWeight",
                "\"\(value, "value")\" is no weight: a whole number from 1 to \(Weight.heaviest, "heaviest")")
        case .noCollege(let value):
            ReasonText("correction.noCollege", "\"\(value, "value")\" is no college of this election")
        case .noSite(let value):
            ReasonText("correction.noSite", "\"\(value, "value")\" is no site of this election")
        case .noLanguage(let value, let languages):
            ReasonText(
                "correction.noLanguage",
                "\"\(value, "value")\" is no language of this election (\(languages, "languages"))")
        case .noChannel(let value):
            ReasonText("correction.noChannel", "\"\(value, "value")\" is no channel (email, sms, letter)")
        case .noCivility(let value):
            ReasonText("correction.noCivility", "\"\(value, "value")\" is no civility (M., Mme, or empty)")
        default: answerText
        }
    }

    /// Of answers to the election's question.
    private var answerText: ReasonText {
        switch self {
        case .asksNothing:
            ReasonText("correction.asksNothing", "this election asks no question (access.challenge)")
        case .emptyAnswer: ReasonText("correction.emptyAnswer", "the answer is empty")
        case .guessableAnswer:
            ReasonText(
                "correction.guessableAnswer",
                "the answer looks like a date, a postcode or a department, which are no secrets")
        default:
            ReasonText(
                "correction.answerNotKept", "the answer was not kept: ask for this correction again")
        }
    }
}
