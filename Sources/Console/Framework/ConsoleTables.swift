/// Everything that the console shows, does and hands out. Of several whose path fits the first answers.
enum ConsoleTables {
    /// Pages and resources.
    static let views = [
        ConsoleView(HomePage.self), ConsoleView(AlertsPage.self), ConsoleView(VotersPage.self),
        ConsoleView(VoterPage.self),
        ConsoleView(GivenContactsPage.self), ConsoleView(ApprovalsPage.self), ConsoleView(LapsedPage.self),
        ConsoleView(QuestionsPage.self),
        ConsoleView(DeliveriesPage.self), ConsoleView(RemindersPage.self), ConsoleView(LettersPage.self),
        ConsoleView(ParcelsPage.self), ConsoleView(PrintingPage.self), ConsoleView(TurnoutPage.self),
        ConsoleView(SealPage.self), ConsoleView(ClockPage.self), ConsoleView(PolicyPage.self),
        ConsoleView(RollPage.self), ConsoleView(HeadingsPage.self), ConsoleView(JournalPage.self),
        ConsoleView(JournalCheckPage.self), ConsoleView(StaffPage.self), ConsoleView(ClientsPage.self),
        ConsoleView(AccountPage.self), ConsoleView(HelpPage.self), ConsoleView(GuidePage.self),
    ]
    /// Forms and operations.
    static let actions =
        HomeActions.all + VoterActions.all + ApprovalActions.all + QuestionActions.all + DeliveryActions.all
        + ReminderActions.all + LetterActions.all + ParcelActions.all + PollChanges.all + PollNotes.all
        + ClockActions.all + PolicyActions.all + RollActions.all + StaffActions.all + ClientActions.all
    /// Files to keep.
    static let files =
        VoterFiles.all + RollSheets.all + LetterFiles.all + TurnoutFiles.all + JournalFiles.all + RecordFiles.all
        + HelpFiles.all
    /// The pages that have a template of their own.
    static let templates =
        views.map(\.template) + actions.flatMap(\.shows) + forms + StaffSignIn.templates
        + [PageTemplate(name: "message", model: MessageModel.self)]
    /// Of the actions' forms, each once.
    private static let forms = Dictionary(actions.map { ($0.about.template.name, $0.about.template) }) { $1 }.values
        .sorted { $0.name < $1.name }
    /// Of all of them: pages, forms and files.
    static let paths = views.map(\.path) + actions.map(\.path) + files.map(\.path)
}
