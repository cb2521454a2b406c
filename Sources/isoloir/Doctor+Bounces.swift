import Delivery
import Foundation
import Glibc
import Server

/// The way back of what mail servers and gateways say.
extension Doctor {
    /// The mail server that the guide sets up, and where its services are listed.
    private static let (mailAccount, mailServices) = ("postfix", "/etc/postfix/master.cf")
    /// The site of the package, once it is switched on.
    private static let nginxSite = "/etc/nginx/sites-enabled/isoloir"

    /// Whether the mail server reaches the socket of the bounces.
    /// The socket is the service's, so where it is missing there is only a note. The faults are those of rights: the mail
    /// server's account must reach the folder and write into the socket.
    func lookAtBounces(_ settings: Settings) {
        if let receipts = settings.sms?.receipts { lookAtReceipts(receipts) }
        guard let path = settings.bounces?.socket else { return }
        var status = stat()
        let before = findings.count
        if Doctor.isChrooted {
            fault(
                "bounces",
                "Postfix' lmtp is shut into its own folder, and does not see \(path): postconf -F lmtp/unix/chroot=n "
                    + "&& systemctl reload postfix"
            )
        }
        guard unsafe stat(path, &status) == 0 else {
            return note("bounces", "\(path) is not there: the service makes it when it starts; look again then")
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            return fault("bounces", "\(path) is no socket: move it away, then systemctl restart isoloir")
        }
        var folder = stat()
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if let groups = Doctor.groups(of: Doctor.mailAccount), unsafe stat(parent, &folder) == 0,
            let closed = [(status, mode_t(0o022)), (folder, 0o011)].first(where: { !Doctor.admits($0.0, groups, $0.1) })
        {
            let group = unsafe getgrgid(closed.0.st_gid).map { unsafe String(cString: $0.pointee.gr_name) }
            fault(
                "bounces",
                "\(Doctor.mailAccount) cannot reach \(path): adduser \(Doctor.mailAccount) \(group ?? "\(closed.0.st_gid)") "
                    + "&& systemctl restart postfix"
            )
        }
        if findings.count == before { good("bounces", "\(path) is there, and the mail server may write to it") }
    }

    /// Whether an account with these groups has a right of a file: the bits of its group and of others.
    private static func admits(_ status: stat, _ groups: [gid_t], _ right: mode_t) -> Bool {
        let bits = groups.contains(status.st_gid) ? right & 0o070 : right & 0o007
        return status.st_mode & bits != 0
    }

    /// The groups of an account; nil where there is no such account here.
    /// At most 256, its primary one among them.
    private static func groups(of account: String) -> [gid_t]? {
        guard let entry = unsafe getpwnam(account) else { return nil }
        var groups = [gid_t](repeating: 0, count: 256)
        var count = Int32(groups.count)
        guard unsafe getgrouplist(account, entry.pointee.pw_gid, &groups, &count) >= 0 else { return nil }
        return Array(groups.prefix(Int(count)))
    }

    /// Whether Postfix' deliveries by LMTP see its own folder alone; so Debian sets it up.
    /// The fifth column of its service says so; a file that cannot be read counts as not.
    private static var isChrooted: Bool {
        let text = String(decoding: FileManager.default.contents(atPath: mailServices) ?? Data(), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).contains { line in
            // service, type, private, unprivileged, chroot
            let fields = line.split(whereSeparator: \.isWhitespace)
            return fields.count > 4 && fields[0] == "lmtp" && fields[1] == "unix" && fields[4] == "y"
        }
    }

    /// Whether nginx lets a gateway on another machine in.
    private func lookAtReceipts(_ address: String) {
        let text = String(decoding: FileManager.default.contents(atPath: Doctor.nginxSite) ?? Data(), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        guard let start = lines.firstIndex(where: { $0.hasPrefix("location /receipts/") }) else { return }
        let block = lines[start...].prefix { $0 != "}" }
        let admitted = block.filter { $0.hasPrefix("allow ") }
        guard block.contains("deny all;"), admitted.allSatisfy({ $0 == "allow 127.0.0.1;" || $0 == "allow ::1;" })
        else {
            return
        }
        note(
            "receipts",
            "\(address): nginx lets this machine alone in; for a gateway elsewhere add `allow ITS-ADDRESS;` to /receipts/ in "
                + Doctor.nginxSite
        )
    }
}
