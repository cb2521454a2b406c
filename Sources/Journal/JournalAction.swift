/// What an entry of the journal says that was done. A raw value is what the store holds: it never changes, and one that is no longer
/// written stays, since journals of earlier versions have it.
package enum JournalAction: String, Sendable, CaseIterable {
    // What a role may not do.
    case accessDenied = "access.denied"

    // What people are to look at.
    case alertBoxKeyKept = "alert.boxKeyKept"
    case alertBoxKeyMissing = "alert.boxKeyMissing"
    case alertClockBehind = "alert.clock.behind"
    case alertClockJumped = "alert.clock.jumped"
    case alertClockUnproven = "alert.clock.unproven"
    case alertContactOfStaff = "alert.contactOfStaff"
    case alertContactShared = "alert.contactShared"
    case alertTakeover = "alert.takeover"
    case alertLogKept = "alert.logKept"
    case alertManyCodes = "alert.manyCodes"
    case alertManyContacts = "alert.manyContacts"
    case alertOpeningOverdue = "alert.openingOverdue"
    case alertSeen = "alert.seen"
    case alertVoterReplaced = "alert.voterReplaced"

    // What one person asks for and a second one decides.
    case approvalApprove = "approval.approve"
    case approvalAsk = "approval.ask"
    case approvalExpire = "approval.expire"
    case approvalRefuse = "approval.refuse"
    case approvalReplace = "approval.replace"
    case approvalTakeBack = "approval.takeBack"

    // Members of the bureau, who sign.
    case bureauAdd = "bureau.add"
    case bureauRemove = "bureau.remove"

    // Tokens of programs.
    case clientAdd = "client.add"
    case clientRemove = "client.remove"

    // Channels and messages.
    case deliveryFailOver = "delivery.failOver"
    case deliveryHold = "delivery.hold"
    case deliveryRelease = "delivery.release"
    case deliveryRetry = "delivery.retry"
    case deliveryThreshold = "delivery.threshold"

    // The definition.
    case electionChange = "election.change"
    case electionCreate = "election.create"

    // Data that were taken out.
    case export

    // Identifiers of voters.
    case identifierIssue = "identifier.issue"
    case identifierReissue = "identifier.reissue"
    case identifierRenewed = "identifier.renewed"
    case identifierReplaced = "identifier.replaced"
    case identifierRevoke = "identifier.revoke"

    // Keys of elections.
    case keyEscrow = "key.escrow"
    case keyRestore = "key.restore"
    case keySeal = "key.seal"

    // Letters, from the specimen to the destruction.
    case lettersApprove = "letters.approve"
    case lettersDestroyed = "letters.destroyed"
    case lettersFetch = "letters.fetch"
    case lettersParcel = "letters.parcel"
    case lettersPosted = "letters.posted"
    case lettersPostedCorrected = "letters.postedCorrected"
    case lettersPrint = "letters.print"
    case lettersPrintAgain = "letters.printAgain"
    case lettersReceived = "letters.received"
    case lettersReturned = "letters.returned"
    case lettersSpecimen = "letters.specimen"
    case lettersSpoiled = "letters.spoiled"
    case lettersWipe = "letters.wipe"

    // What voters and staff choose.
    case passphraseReset = "passphrase.reset"
    case passphraseResetAsked = "passphrase.resetAsked"
    case passphraseSet = "passphrase.set"

    // The security level.
    case policyAccept = "policy.accept"
    case policyAnswer = "policy.answer"
    case policyExpertise = "policy.expertise"

    // The poll, from its seal to its destruction.
    case pollAbandon = "poll.abandon"
    case pollAnnounce = "poll.announce"
    case pollBackupDestroyed = "poll.backupDestroyed"
    case pollBoxKey = "poll.boxKey"
    case pollBoxKeyFile = "poll.boxKeyFile"
    case pollBoxKeyGiven = "poll.boxKeyGiven"
    case pollClock = "poll.clock"
    case pollClockTrusted = "poll.clockTrusted"
    case pollClose = "poll.close"
    case pollClosing = "poll.closing"
    case pollDestroy = "poll.destroy"
    case pollEnded = "poll.ended"
    case pollExtend = "poll.extend"
    case pollIncident = "poll.incident"
    case pollKeep = "poll.keep"
    case pollMemberKeyDestroyed = "poll.memberKeyDestroyed"
    case pollNotice = "poll.notice"
    case pollOpen = "poll.open"
    case pollPresence = "poll.presence"
    case pollRecord = "poll.record"
    case pollRehearse = "poll.rehearse"
    case pollReopen = "poll.reopen"
    case pollResume = "poll.resume"
    case pollRound = "poll.round"
    case pollSeal = "poll.seal"
    case pollSealing = "poll.sealing"
    case pollSignatures = "poll.signatures"
    case pollStop = "poll.stop"
    case pollSuspend = "poll.suspend"
    case pollUnseal = "poll.unseal"

    // Letters to groups.
    case reminderAsk = "reminder.ask"
    case reminderPreview = "reminder.preview"

    // The voter roll.
    case rollAdd = "roll.add"
    case rollCorrect = "roll.correct"
    case rollExport = "roll.export"
    case rollImport = "roll.import"
    case rollLeaveOut = "roll.leaveOut"
    case rollLetterReturned = "roll.letterReturned"
    case rollStrike = "roll.strike"

    // The settings file.
    case settingsChange = "settings.change"

    // Accounts.
    case staffAdd = "staff.add"
    case staffConfirm = "staff.confirm"
    case staffFactor = "staff.factor"
    case staffPrinterKey = "staff.printerKey"
    case staffRemove = "staff.remove"
    case staffRenew = "staff.renew"
    case staffSignIn = "staff.signIn"

    // The file of the store.
    case storeBackup = "store.backup"
    case storeBackupRemoved = "store.backup.removed"
    case storeRestore = "store.restore"

    // Questions of voters.
    case supportDone = "support.done"

    // The count.
    case tallyDecrypt = "tally.decrypt"
    case tallyEncrypt = "tally.encrypt"
    case tallyReplacePart = "tally.replacePart"
    case tallyResult = "tally.result"

    // Holders of keys.
    case trusteeAdd = "trustee.add"
    case trusteeCheck = "trustee.check"
    case trusteeProve = "trustee.prove"
    case trusteeRemove = "trustee.remove"
    case trusteeReplace = "trustee.replace"
    case trusteeWaive = "trustee.waive"

    // One voter, by the help desk.
    case voterAnswerWrong = "voter.answerWrong"
    case voterReveal = "voter.reveal"
    case voterUnlock = "voter.unlock"

    // Forms of the console, sent by a person or a program: from where something was asked for, which the entry after it did.
    case consoleAcceptPoint = "console.acceptPoint"
    case consoleAnswered = "console.answered"
    case consoleApproveSpecimen = "console.approveSpecimen"
    case consoleClientAdd = "console.clientAdd"
    case consoleClientRemove = "console.clientRemove"
    case consoleClosePoll = "console.closePoll"
    case consoleConfirmBatch = "console.confirmBatch"
    case consoleCorrect = "console.correct"
    case consoleDecide = "console.decide"
    case consoleDestroyed = "console.destroyed"
    case consoleExtendPoll = "console.extendPoll"
    case consoleFailOver = "console.failOver"
    case consoleFetch = "console.fetch"
    case consoleHold = "console.hold"
    case consoleIncident = "console.incident"
    case consoleIssueAll = "console.issueAll"
    case consolePassphrase = "console.passphrase"
    case consolePolicyAnswers = "console.policyAnswers"
    case consolePosted = "console.posted"
    case consolePostedByPrinter = "console.postedByPrinter"
    case consolePresence = "console.presence"
    case consolePrintAgain = "console.printAgain"
    case consolePrintLetters = "console.printLetters"
    case consolePrinterKey = "console.printerKey"
    case consoleReceived = "console.received"
    case consoleReissue = "console.reissue"
    case consoleReissueElsewhere = "console.reissueElsewhere"
    case consoleRelease = "console.release"
    case consoleRemind = "console.remind"
    case consoleResume = "console.resume"
    case consoleRetry = "console.retry"
    case consoleRetryOne = "console.retryOne"
    case consoleReturned = "console.returned"
    case consoleReveal = "console.reveal"
    case consoleRollAdd = "console.rollAdd"
    case consoleRollApply = "console.rollApply"
    case consoleRollColumns = "console.rollColumns"
    case consoleRollDrop = "console.rollDrop"
    case consoleSeen = "console.seen"
    case consoleSpecimen = "console.specimen"
    case consoleSpoiled = "console.spoiled"
    case consoleSpoiledByPrinter = "console.spoiledByPrinter"
    case consoleStaffAdd = "console.staffAdd"
    case consoleStaffConfirm = "console.staffConfirm"
    case consoleStaffRemove = "console.staffRemove"
    case consoleStaffRenew = "console.staffRenew"
    case consoleStrike = "console.strike"
    case consoleSuspend = "console.suspend"
    case consoleTakeBack = "console.takeBack"
    case consoleThreshold = "console.threshold"
    case consoleTrustClock = "console.trustClock"
    case consoleUnlock = "console.unlock"

    /// Of a form of the console; nil for a name that no form has.
    package init?(form name: String) { self.init(rawValue: JournalAction.formMark + name) }

    /// The form of the console that it is of; nil for what an operation did.
    package var form: String? {
        rawValue.hasPrefix(JournalAction.formMark) ? String(rawValue.dropFirst(JournalAction.formMark.count)) : nil
    }

    private static let formMark = "console."
}

extension JournalEntry {
    /// What was done; nil for an action that only another version of the program knows.
    package var kind: JournalAction? { JournalAction(rawValue: action) }
}
