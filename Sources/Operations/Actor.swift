package import Journal
package import Staff

/// Who does something through an operation, and by which interface: every rule about persons hangs on it.
package struct Actor: Sendable {
    /// By which interface somebody came.
    package enum Interface: Sendable, Equatable {
        case console
        case api
        /// An account of the machine, which no second person checks.
        /// - Parameter word: the person who decided it (`--by`), where the command asks for one.
        case commandLine(word: String?)
    }

    /// As the journal names them: a member, a token as `staff:api.name`, an account of the machine as `system:name`.
    package let principal: Principal
    /// Of a member or a token, one each: what may be seen and done hangs on it alone. Nil at the command line, where the machine
    /// says who may call the program.
    package let role: StaffRole?
    /// By which interface they came.
    package let interface: Interface

    /// Of a session, or of a program's token, that was checked by the caller.
    /// - Parameter interface: `console` or `api`.
    package init(principal: Principal, role: StaffRole, interface: Interface) {
        (self.principal, self.role, self.interface) = (principal, role, interface)
    }

    /// Of a command.
    /// - Parameters:
    ///   - account: who called the program, `system:name`.
    ///   - word: the person who decided it; nil where the command asks for none.
    package init(account: Principal, word: String? = nil) {
        (principal, role, interface) = (account, nil, .commandLine(word: word))
    }

    /// Whether their role includes an action; rules about persons, such as a second one, come on top. False at the command line: its
    /// operations ask for no role.
    package func may(_ permission: Permission) -> Bool { role?.may(permission) ?? false }

    /// Whether nobody else can be asked first: the command line knows one person. What the console would have asked a second one
    /// is done at once then, and said.
    package var actsAlone: Bool {
        if case .commandLine = interface { return true }
        return false
    }

    /// On whose word the command line acts; nil at the other interfaces, which know who is there.
    package var word: String? {
        if case .commandLine(let word) = interface { return word }
        return nil
    }

    /// Who answers for it, as it is shown: the principal, behind the name of the person on whose word an account acts.
    package var signature: String { word.map { "\($0) (\(principal.text))" } ?? principal.text }

    /// A reason as the journal keeps it, behind the name of the person on whose word an account acts.
    func signed(_ reason: String) -> String { word.map { "\($0): \(reason)" } ?? reason }
}
