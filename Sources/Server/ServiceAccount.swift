package import CommandLineKit
import Crypto
import Foundation
import Glibc

/// The account whose store it is. What root calls goes on under it, so that store, log and lock files never belong to an account
/// that keeps the service from opening them.
package enum ServiceAccount {
    /// Who called the program: the journal names them, whoever the program goes on as.
    static let caller = NSUserName()

    /// The account under which the program runs now.
    package static var name: String { accountName(geteuid()) ?? "\(geteuid())" }

    /// Goes on as the owner of the store at `path`, or of its folder where there is no store yet; says so. Nothing where another
    /// account than root calls, and where the store is root's own.
    /// - Throws: refused as broken where the program cannot go on under that account, or its memory not be kept from others.
    package static func take(store path: String) throws(Refusal) {
        guard geteuid() == 0, let owner = owner(of: path), owner.st_uid != 0 else { return }
        _ = caller
        let (user, group) = (owner.st_uid, primaryGroup(of: owner.st_uid) ?? owner.st_gid)
        let name = accountName(user)
        // Groups first: without root's rights they cannot be changed any more.
        let grouped = name.map { unsafe initgroups($0, group) == 0 } ?? (setgroups(0, nil) == 0)
        guard grouped, setgid(group) == 0, setuid(user) == 0, setuid(0) != 0 else {
            throw Refusal(
                "\(path) belongs to \(name ?? "account \(user)"), and this program cannot go on under that account. Run it as "
                    + "that account: runuser -u \(name ?? "\(user)") -- isoloir ...", status: .broken)
        }
        if let home = homeFolder(user) { unsafe setenv("HOME", home, 1) }
        // The kernel forgets with the account that memory is to be kept from others.
        guard MemoryGuard.hide() else {
            throw Refusal("Core dumps cannot be switched off after the change of the account.", status: .broken)
        }
        Terminal.complain(
            "Called by root: this goes on as \(name ?? "account \(user)"), whose store it is. Files that it reads or writes must "
                + "be open to that account.")
    }

    private static func owner(of path: String) -> stat? {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return status }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return unsafe stat(folder.isEmpty ? "/" : folder, &status) == 0 ? status : nil
    }

    private static func accountName(_ user: uid_t) -> String? {
        guard let entry = unsafe getpwuid(user), let name = unsafe entry.pointee.pw_name else { return nil }
        return unsafe String(cString: name)
    }

    private static func primaryGroup(of user: uid_t) -> gid_t? {
        unsafe getpwuid(user).map { unsafe $0.pointee.pw_gid }
    }

    private static func homeFolder(_ user: uid_t) -> String? {
        guard let entry = unsafe getpwuid(user), let home = unsafe entry.pointee.pw_dir else { return nil }
        return unsafe String(cString: home)
    }
}
