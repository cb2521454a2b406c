package import Contacts
package import Elections
import Inputs

/// What somebody typed to find their identifier again, read from the text alone.
package enum RecoveryEntry: Sendable, Equatable {
    case mail(EmailAddress)
    /// A mobile number with its country's code.
    case phone(PhoneNumber)
    /// A mobile number as people write it at home, without the code: French to the eye, and Swiss, Dutch or Moroccan ones look the
    /// same. Whose it is, the roll tells.
    case domesticPhone(String)
    /// The identifier itself, for elections that send a new secret with it.
    case identifier(String)
    case empty
    /// A number that no SMS reaches.
    case landline
    case malformed

    /// Longest entry that is looked at, in Unicode scalars.
    private static let longest = TextLimit(scalars: 300)

    /// Never fails: what finds nobody is a case of its own.
    /// - Parameters:
    ///   - policy: decides whether an identifier is taken as well.
    ///   - channels: the ways by which messages go; an address is no contact where none goes by mail, and may be an identifier.
    package init(_ typed: String, policy: AccessPolicy, channels: [Channel]) {
        guard RecoveryEntry.longest.admits(typed) else {
            self = .malformed
            return
        }
        let text = PlainForm.of(typed).filter { !$0.isWhitespace }
        if text.isEmpty {
            self = .empty
        } else if text.contains("@"), policy.scheme == .email, !channels.contains(.email) {
            self = RecoveryEntry.identifier(typed, policy)
        } else if text.contains("@") {
            do throws(EmailAddress.Fault) { self = .mail(try EmailAddress(text)) } catch { self = .malformed }
        } else {
            self = RecoveryEntry.number(text) ?? RecoveryEntry.identifier(typed, policy)
        }
    }

    /// A telephone number, told apart by whether it is a mobile's; nil for any other text.
    private static func number(_ text: String) -> RecoveryEntry? {
        guard text.allSatisfy({ $0.isNumber || "+.-()/".contains($0) }) else { return nil }
        do throws(PhoneNumber.Fault) {
            let phone = try PhoneNumber(text)
            guard phone.isMobile else { return .landline }
            return PhoneNumber.readings(of: text).count == 1 ? .phone(phone) : .domesticPhone(text)
        } catch { return nil }
    }

    /// The identifier, where this election sends a secret anew with it.
    private static func identifier(_ typed: String, _ policy: AccessPolicy) -> RecoveryEntry {
        guard policy.secretKind == .generated,
            case .canonical(let canonical) = IdentifierEntry(typed, scheme: policy.scheme)
        else { return .malformed }
        return .identifier(canonical)
    }

    /// Digits at the end of a number that are the same however it is written, behind its country's code or without: mobile numbers that
    /// look French at home have nine behind the first 0. Fewer would have strangers share the messages of an hour.
    private static let sameDigits = 8

    /// The form that limits are counted for: one for all spellings of a number.
    var counted: String {
        switch self {
        case .phone(let phone): "phone:" + phone.text.suffix(RecoveryEntry.sameDigits)
        case .domesticPhone(let digits):
            "phone:" + String(digits.filter(\.isNumber).suffix(RecoveryEntry.sameDigits))
        case .mail, .identifier, .empty, .landline, .malformed: text
        }
    }

    /// The form that the roll is searched with.
    var text: String {
        switch self {
        case .mail(let mail): "mail:" + String(decoding: EmailAddress.folded(Array(mail.text.utf8)), as: UTF8.self)
        case .phone(let phone): "phone:" + phone.text
        case .domesticPhone(let text): "domestic:" + text
        case .identifier(let canonical): "identifier:" + canonical
        case .empty, .landline, .malformed: ""
        }
    }

    /// Reads what `text` wrote.
    init?(stored text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "mail": self = .mail(EmailAddress(stored: Array(parts[1].utf8)))
        case "phone": self = .phone(PhoneNumber(stored: Array(parts[1].utf8), isMobile: true))
        case "domestic": self = .domesticPhone(parts[1])
        case "identifier": self = .identifier(parts[1])
        default: return nil
        }
    }
}

/// Mistyped domains, found from the text alone.
package enum DomainHint {
    private static let common = [
        "gmail.com", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "hotmail.fr", "hotmail.com",
        "outlook.fr", "outlook.com", "yahoo.fr", "yahoo.com", "icloud.com", "bbox.fr", "neuf.fr", "live.fr",
        "numericable.fr", "protonmail.com", "club-internet.fr", "aol.com",
    ]

    /// The address that was probably meant; nil when there is nothing to say.
    package static func suggestion(for mail: EmailAddress) -> String? {
        let domain = String(mail.domain)
        guard !common.contains(domain), let meant = common.first(where: { isNear(domain, $0) }) else { return nil }
        return mail.text.dropLast(domain.count) + meant
    }

    /// One letter missing, added or another, or two neighbours swapped.
    private static func isNear(_ typed: String, _ right: String) -> Bool {
        let (left, right) = (Array(typed), Array(right))
        var start = 0
        while start < min(left.count, right.count), left[start] == right[start] { start += 1 }
        let (restLeft, restRight) = (left[start...], right[start...])
        switch left.count - right.count {
        case 1: return Array(restLeft.dropFirst()) == Array(restRight)
        case -1: return Array(restLeft) == Array(restRight.dropFirst())
        case 0:
            if Array(restLeft.dropFirst()) == Array(restRight.dropFirst()) { return true }
            guard restLeft.count >= 2 else { return false }
            return left[start] == right[start + 1] && left[start + 1] == right[start]
                && Array(restLeft.dropFirst(2)) == Array(restRight.dropFirst(2))
        default: return false
        }
    }
}
