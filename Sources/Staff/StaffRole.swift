/// What a member of the staff is there for.
package enum StaffRole: String, Sendable, CaseIterable, Codable {
    /// Runs the election for its organiser.
    case manager
    /// A member of the electoral bureau: watches, accepts, approves.
    case bureau
    /// Answers voters who call.
    case support
    /// Reads everything that is not a secret, changes nothing.
    case auditor
    /// Prints the letters.
    case printer
}

/// What somebody may see or do at the console and through the API. The table below is the one place that says who.
package enum Permission: String, Sendable, CaseIterable, Codable {
    /// Their own account, the first page, the help.
    case seeOwn
    /// Voters' pages, with contacts in part.
    case seeVoters
    /// A voter's contacts in clear; each look is journalled.
    case revealContacts
    /// Who has voted while the poll is open.
    case seeVotes
    /// A new identifier to a contact of the roll.
    case reissue
    /// A new identifier to a contact that the voter gave on the phone.
    case reissueElsewhere
    /// Lets a voter choose a new passphrase.
    case resetPassphrase
    /// Makes a slowed voter wait no longer.
    case unlock
    /// Adds, corrects and strikes voters, and imports files.
    case changeRoll
    /// The questions that voters sent, and their support codes.
    case answerVoters
    /// What became of the messages, in figures.
    case seeDeliveries
    /// Holds channels, repeats messages, sends by another channel.
    case runDeliveries
    /// To groups that the system works out.
    case sendReminders
    /// Batches, parcels and the specimen.
    case seeLetters
    /// Prints batches and reports lost or returned letters.
    case orderLetters
    /// Approves the letters' specimen that somebody else made.
    case approveSpecimen
    /// Fetches batches, says that they arrived, reports spoiled sheets.
    case fetchLetters
    /// Turnout and progress, as far as they tell of nobody.
    case seePicture
    /// Seal, checks, journal head.
    case seeSeal
    /// The level of the election, and what its settings lack.
    case seePolicy
    /// Accepts in writing what the settings lack.
    case acceptPolicy
    /// Without the personal details, which are sealed.
    case seeJournal
    /// By which channels each voter's secrets travelled, and who was given a new contact by whom.
    case exportProof
    /// The accounts of everybody, with role and maker.
    case seeStaff
    /// Opens the forms by which people are added, renewed and removed; whom, the two after it say.
    case keepStaff
    /// Adds and removes the support.
    case changeStaff
    /// Adds and removes everybody else.
    case changeBureau
    /// Approves or refuses what somebody else asked for.
    case decide
    /// The same where only a member of the bureau may.
    case decideForBureau
    /// Suspends the poll, takes it up again, confirms its end, and notes what the minutes hold.
    case suspendPoll
    /// Tokens of programs.
    case changeClients
}

extension StaffRole {
    /// What a role may see and do.
    package var actions: Set<Permission> {
        switch self {
        case .manager:
            [
                .seeOwn, .seeVoters, .revealContacts, .reissue, .reissueElsewhere, .resetPassphrase, .unlock,
                .changeRoll,
                .answerVoters, .seeDeliveries, .runDeliveries, .sendReminders, .seeLetters, .orderLetters,
                .approveSpecimen, .seePicture, .seePolicy, .seeJournal, .exportProof, .seeStaff, .keepStaff,
                .changeStaff, .decide,
                .changeClients,
            ]
        case .bureau:
            [
                .seeOwn, .seeVoters, .seeVotes, .seeDeliveries, .seeLetters, .approveSpecimen, .seePicture, .seeSeal,
                .seePolicy, .acceptPolicy, .seeJournal, .exportProof, .seeStaff, .keepStaff, .changeStaff,
                .changeBureau, .decide,
                .decideForBureau, .suspendPoll,
            ]
        case .support: [.seeOwn, .seeVoters, .reissue, .unlock, .answerVoters, .seeDeliveries]
        case .auditor:
            [
                .seeOwn, .seeVoters, .seeDeliveries, .seeLetters, .seePicture, .seeSeal, .seePolicy, .seeJournal,
                .exportProof, .seeStaff,
            ]
        case .printer: [.seeOwn, .fetchLetters]
        }
    }

    /// Whether the table above gives a role this action.
    package func may(_ permission: Permission) -> Bool { actions.contains(permission) }

    /// What is needed to add or remove somebody of this role: nobody gives themselves the bureau's eyes.
    package var passphrases: Permission {
        switch self {
        // A manager who made managers could be two persons, one who made printers could read every letter.
        case .bureau, .auditor, .manager, .printer: .changeBureau
        case .support: .changeStaff
        }
    }
}
