package import Delivery
package import Elections
import Foundation
import Synchronization
import Templating

/// Prepares the frames of an election's messages: templates and election-wide values, loaded and checked once.
package final class MessageOffice: Sendable {
    /// Why messages cannot be prepared; says which template, where, and what to do.
    package struct Fault: Error, CustomStringConvertible { package let description: String }

    private let election: Election
    private let templates: TemplateFolder
    private let frames = Mutex<[FrameKey: MessageFrame]>([:])

    private struct FrameKey: Hashable {
        let kind: MessageKind
        let language: Language
        let route: Route
        let closes: Int
        let reason: String?
    }

    package init(election: Election, templates: TemplateFolder) {
        (self.election, self.templates) = (election, templates)
    }

    /// Loads every frame that an issue may need, so that a faulty template is found before the first voter.
    package func loadAll() throws(Fault) {
        let hours = PollHours(announced: election)
        for language in Language.allCases {
            for kind in MessageKind.allCases where kind.isForStaff { _ = try frame(kind, language, .email, hours) }
            for route in election.channels.compactMap({ Route(rawValue: $0.rawValue) }) {
                if route == .letter {
                    // A generated secret never travels by letter; a printed code travels by nothing else.
                    _ = try frame(.identifier, language, route, hours)
                    _ = try frame(.identifierCode, language, route, hours)
                } else {
                    for kind in MessageOffice.kinds(election.access) { _ = try frame(kind, language, route, hours) }
                }
            }
        }
    }

    /// What voters of an election may get by mail or SMS.
    private static func kinds(_ policy: AccessPolicy) -> [MessageKind] {
        let identifiers: [MessageKind] =
            policy.secretKind == .generated ? [.activation, .renewedActivation] : [.identifier, .renewal]
        return identifiers + [
            .notice, .code, .resetCode, .resetAsked, .resetReady, .secretChanged, .voteRecorded, .contactChanged,
            .reminder, .pollExtended, .pollSuspended, .pollResumed, .pollRestored, .pollAbandoned,
        ]
    }

    /// The most SMS segments that the identifier's message takes in a language: with a name as long as it may be.
    package func segments(_ language: Language) throws(Fault) -> Int {
        let kind = election.access.secretKind == .generated ? MessageKind.activation : .identifier
        let frame = try frame(kind, language, .sms, PollHours(announced: election))
        let values = [
            "greeting": String(repeating: "M", count: MessageOffice.longName), "identifier": "XXXX-XXXX-XXXX",
            "secret": "XXXXXXXXX",
        ]
        do throws(TemplateError) {
            return SMSText(try LoadedFrame(frame, route: .sms).text(values)).segments
        } catch { throw Fault(description: "\(error)") }
    }

    /// Characters of a long civility and name.
    private static let longName = 40

    /// The frame of messages of a kind, language and route that are made while these hours are in force.
    package func frame(
        _ kind: MessageKind, _ language: Language, _ route: Route, _ hours: PollHours
    ) throws(Fault) -> MessageFrame {
        let key = FrameKey(kind: kind, language: language, route: route, closes: hours.closes, reason: hours.reason)
        if let known = frames.withLock({ $0[key] }) { return known }
        let name = "\(kind.template).\(language.rawValue)"
        do throws(TemplateFolder.Missing) {
            let text = try templates.text(
                route == .email ? "mail/\(name).txt" : route == .sms ? "sms/\(name).txt" : "letter/\(name).md")
            let html = route == .email ? try templates.optionalText("mail/\(name).html") : nil
            let frame = made(kind, language, hours, text: text, html: html)
            do throws(TemplateError) { _ = try LoadedFrame(frame, route: route) } catch {
                throw TemplateFolder.Missing(description: "\(error)")
            }
            frames.withLock { $0[key] = frame }
            return frame
        } catch {
            throw Fault(description: error.description)
        }
    }

    private func made(
        _ kind: MessageKind, _ language: Language, _ hours: PollHours, text: String, html: String?
    ) -> MessageFrame {
        let support = election.support
        return MessageFrame(
            kind: kind, language: language.rawValue, senderName: election.senderName,
            senderAddress: election.senderAddress,
            shared: [
                "title": election.title[language], "organiser": election.organiser.name, "address": election.address,
                "supportName": support.name, "supportEmail": support.email, "supportPhone": support.phone,
                "supportHours": support.hours[language], "minimum": "\(election.access.secretMinimum)",
                "minutes": "\(election.access.codeMinutes)", "reason": hours.reason ?? "",
            ].merging(hours.shared(election, language)) { $1 },
            flags: [
                "isRandom": election.access.scheme == .random, "isDigits": election.access.scheme == .digits,
                "isName": election.access.scheme == .name, "isEmail": election.access.scheme == .email,
                "isKept": election.access.renewal == .keep, "hasCode": election.access.codeChannel != .none,
                "choosesPassphrase": election.access.secretKind == .passphrase,
                "choosesPassword": election.access.secretKind == .password,
                "isRenewal": kind == .renewal || kind == .renewedActivation,
                "mustChange": election.access.secretMustChange, "hasReason": hours.reason != nil,
                "isExtension": kind == .pollExtended, "isSuspension": kind == .pollSuspended,
                "isResumption": kind == .pollResumed, "isRestoration": kind == .pollRestored,
                "isAbandonment": kind == .pollAbandoned,
                "ballotsCount": kind != .pollRestored && kind != .pollAbandoned,
            ], senderLines: election.organiser.address, text: text, html: html)
    }
}
