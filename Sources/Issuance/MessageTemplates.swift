package import Contacts
package import Delivery
package import Elections
import Foundation
import Synchronization
import Templating

/// Prepares the frames of an election's messages: templates and election-wide values, loaded and checked once.
/// It keeps what it has made, and may be used by several threads.
package final class MessageTemplates: Sendable {
    /// Why messages cannot be prepared; says which template, where, and what to do.
    package struct Fault: Error, CustomStringConvertible { package let description: String }

    private let election: Election
    private let templates: TemplateFolder
    private let frames = Mutex<[FrameKey: MessageEnvelope]>([:])

    private struct FrameKey: Hashable {
        let kind: MessageKind
        let language: Language
        let route: Channel
        let closes: Int
        let reason: String?
        let isRestored: Bool
        let isUntilPosted: Bool
    }

    /// - Parameters:
    ///   - election: whose values and policy the frames carry; for a changed election a new office is made.
    ///   - templates: the election's own folder before the program's.
    package init(election: Election, templates: TemplateFolder) {
        (self.election, self.templates) = (election, templates)
    }

    /// Loads every frame that an issue may need, so that a faulty template is found before the first voter.
    /// - Throws: `Fault` with the first template that is missing or faulty.
    package func loadAll() throws(Fault) {
        let hours = PollHours(announced: election)
        for language in Language.allCases {
            for kind in MessageKind.allCases where kind.isForStaff { _ = try frame(kind, language, .email, hours) }
            for route in election.channels {
                if route == .letter {
                    // A generated secret never travels by letter; a printed code travels by nothing else.
                    _ = try frame(.identifier, language, route, hours)
                    _ = try frame(.identifierCode, language, route, hours)
                } else {
                    for kind in MessageTemplates.kinds(election.access) { _ = try frame(kind, language, route, hours) }
                }
            }
        }
    }

    /// What voters of an election may get by mail or SMS.
    private static func kinds(_ policy: AccessPolicy) -> [MessageKind] {
        let identifiers: [MessageKind] =
            policy.secretKind == .generated
            ? [.activation, policy.sendsAnew ? .renewedActivation : .renewal] : [.identifier, .renewal]
        return identifiers + [
            .notice, .code, .resetCode, .resetAsked, .resetReady, .secretChanged, .voteRecorded, .contactChanged,
            .reminder, .pollExtended, .pollSuspended, .pollResumed, .pollRestored, .pollAbandoned,
        ]
    }

    /// The most SMS segments that the identifier's message takes in a language: with a name as long as it may be.
    /// - Throws: `Fault` when the template is missing or faulty.
    package func segments(_ language: Language) throws(Fault) -> Int {
        let kind = election.access.secretKind == .generated ? MessageKind.activation : .identifier
        let frame = try frame(kind, language, .sms, PollHours(announced: election))
        let values = [
            "greeting": String(repeating: "M", count: MessageTemplates.longName), "identifier": "XXXX-XXXX-XXXX",
            "secret": "XXXXXXXXX",
        ]
        do throws(TemplateError) {
            return SMSText(try LoadedFrame(frame, route: .sms).text(values)).segments
        } catch { throw Fault(description: "\(error)") }
    }

    /// Frames that are kept ready: some times what an election has.
    private static let mostFrames = 500

    /// Characters of a long civility and name.
    private static let longName = 40

    /// The frame of messages of a kind, language and route that are made while these hours are in force.
    /// - Parameter isUntilPosted: whether it speaks of an identifier that is kept until a letter is posted.
    /// - Throws: `Fault` when the template is missing or faulty.
    package func frame(
        _ kind: MessageKind, _ language: Language, _ route: Channel, _ hours: PollHours, isUntilPosted: Bool = false
    ) throws(Fault) -> MessageEnvelope {
        let key = FrameKey(
            kind: kind, language: language, route: route, closes: hours.closes, reason: hours.reason,
            isRestored: hours.isRestored, isUntilPosted: isUntilPosted)
        if let known = frames.withLock({ $0[key] }) { return known }
        let name = "\(kind.template).\(language.rawValue)"
        do throws(TemplateFolder.Missing) {
            let text = try templates.text(
                route == .email ? "mail/\(name).txt" : route == .sms ? "sms/\(name).txt" : "letter/\(name).md")
            let html = route == .email ? try templates.optionalText("mail/\(name).html") : nil
            // A typographic apostrophe is not in the alphabet of SMS.
            let frame = made(
                kind, language, hours, text: route == .sms ? text : language.apostrophes(text),
                html: html.map(language.apostrophes), isUntilPosted: isUntilPosted)
            do throws(TemplateError) { _ = try LoadedFrame(frame, route: route) } catch {
                throw TemplateFolder.Missing(description: "\(error)")
            }
            frames.withLock { frames in
                // Previews of what staff type come here as well.
                if frames.count >= MessageTemplates.mostFrames { frames = [:] }
                frames[key] = frame
            }
            return frame
        } catch {
            throw Fault(description: error.description)
        }
    }

    /// Puts the election's values, the hours and the templates' texts together; nothing is checked here.
    private func made(
        _ kind: MessageKind, _ language: Language, _ hours: PollHours, text: String, html: String?,
        isUntilPosted: Bool
    ) -> MessageEnvelope {
        return MessageEnvelope(
            kind: kind, language: language.rawValue, senderName: election.senderName,
            senderAddress: election.senderAddress,
            shared: [
                "title": election.title[language], "organiser": election.organiser.name,
                "minimum": "\(election.access.secretMinimum)", "minutes": "\(election.access.codeMinutes)",
                "reason": hours.reason ?? "",
            ].merging(hours.shared(election, language)) { $1 }.merging(election.places(language)) { $1 },
            flags: [
                "isRandom": election.access.scheme == .random, "isDigits": election.access.scheme == .digits,
                "isName": election.access.scheme == .name, "isEmail": election.access.scheme == .email,
                "isKept": election.access.keepsIdentifier, "isUntilPosted": isUntilPosted,
                "hasLink": election.access.linksIdentifier,
                "hasEmail": election.channels.contains(.email), "hasSms": election.channels.contains(.sms),
                "hasCode": election.access.codeChannel != .none,
                "choosesPassphrase": election.access.secretKind == .passphrase,
                "choosesPassword": election.access.secretKind == .password,
                "isRenewal": kind == .renewal || kind == .renewedActivation,
                "renews": election.access.secretRenew, "sendsAnew": election.access.sendsAnew,
                "isOnePage": election.access.signIn == .onePage, "isOneDesk": election.access.recoveryDesk == .one,
                "mustChange": election.access.secretMustChange, "hasReason": hours.reason != nil,
                "isExtension": kind == .pollExtended, "isSuspension": kind == .pollSuspended,
                "isResumption": kind == .pollResumed, "isRestoration": kind == .pollRestored,
                "isAbandonment": kind == .pollAbandoned,
                "isRestored": hours.isRestored,
                "ballotsCount": kind != .pollRestored && kind != .pollAbandoned && !hours.isRestored,
            ], senderLines: election.organiser.address, text: text, html: html)
    }
}
