import Glibc

/// A mailbox in a folder, for the demo and for rehearsals: a maildir of `.eml` files, and SMS as text files.
package struct Mailbox: Sendable {
    /// The folder that holds `new`, `cur` and `tmp`, without a slash at its end.
    package let path: String

    /// Makes `path/new`, `path/cur` and `path/tmp` where missing.
    package init?(path: String) {
        self.path = path
        for folder in ["", "/new", "/cur", "/tmp"] {
            guard unsafe mkdir(path + folder, 0o700) == 0 || errno == EEXIST else { return nil }
        }
    }

    /// Delivers a file as maildirs do: written aside, then moved. The same name again replaces it, so a message that
    /// is sent twice stands there once.
    func deliver(_ bytes: [UInt8], name: String) -> DeliveryOutcome {
        let (draft, final) = ("\(path)/tmp/\(name)", "\(path)/new/\(name)")
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            return .paused("\(draft) cannot be written: \(unsafe String(cString: strerror(errno)))")
        }
        let written = unsafe write(file, bytes, bytes.count)
        guard close(file) == 0, written == bytes.count, unsafe rename(draft, final) == 0 else {
            return .paused("\(final) cannot be written: \(unsafe String(cString: strerror(errno)))")
        }
        return .accepted(providerID: nil)
    }
}

/// SMS into a mailbox: the number on the first line, the text below.
package struct MailboxSMS: SMSProvider {
    private let mailbox: Mailbox

    /// - Parameter mailbox: where the files go, beside the mails.
    package init(_ mailbox: Mailbox) { self.mailbox = mailbox }

    /// Writes `REFERENCE.txt`; a folder that cannot be written pauses the channel.
    package func send(_ message: SMS) -> DeliveryOutcome {
        mailbox.deliver(Array("\(message.number)\n\n\(message.text)\n".utf8), name: "\(message.reference).txt")
    }
}
