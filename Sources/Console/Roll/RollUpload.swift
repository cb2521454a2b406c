import Authentication
import Crypto
import Delivery
import Foundation
import Glibc
package import HTTPServer
import Inputs
import Operations
import Staff
import Store
import Threads
import WebContent

/// A roll that a manager uploads, in the one form with a file in it, or a program as a request's body.
///
///     head of the request ── upload(_:) ──> nobody else reads, sender may ──> a new file, mode 0600
///     body ──> that file ── take ──> form: the file is cut out; API: the body is the file ──> a thread reads it
///                                                                       (GET roll tells how it goes on)
enum RollUpload {
    /// That the file is being read.
    struct Begun: PageModel {
        let state: RollModel.State
    }

    /// Below `/manager/` and `/api/v1/`.
    static let path = "roll/upload"
    /// Bytes of an upload: a million voters are 118 MB as CSV.
    static let longest = 256 * 1024 * 1024
    /// Bytes of the parts before the file.
    private static let longestHead = 16 * 1024

    /// A new file for an upload, in a folder for our account alone.
    /// - Returns: a new file's path and the most bytes that it may get.
    static func place(in folder: String, _ randomness: Randomness) throws -> (path: String, limit: Int) {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return ("\(folder)/\(hex(randomness.bytes(12)))", longest)
    }

    /// Takes an upload in: the file is cut out of the form and read on a thread of its own.
    static func take(_ site: ConsoleSite, _ visitor: ConsoleSite.Visitor, _ viewer: StaffActor) throws -> Response {
        guard viewer.may(.changeRoll) else {
            try RequestJournal(site).denied(viewer.actor, .changeRoll, path, from: "console")
            return site.message(visitor, 403, "denied", more: StaffRegister.word(viewer.role, visitor.language))
        }
        if visitor.request.bodyFile == nil, let obstacle = try site.parts.rollImport.obstacle() {
            return site.message(visitor, 409, "roll.\(obstacle.rawValue)")
        }
        guard let body = visitor.request.bodyFile, let boundary = boundary(visitor.request.header("content-type") ?? "")
        else { return site.message(visitor, 422, "upload") }
        let parts = try Multipart(path: body, boundary: boundary)
        guard let parts, site.isOwn(visitor, token: parts.fields["form"] ?? "") else {
            return site.message(visitor, 403, "expired")
        }
        if let other = site.formOfAnother(visitor, owner: parts.fields["owner"] ?? "") { return other }
        guard let file = parts.file, !file.name.isEmpty else { return site.message(visitor, 422, "upload") }
        let ending = file.name.lowercased().hasSuffix(".xlsx") ? "xlsx" : "csv"
        let obstacle = try read(
            site, "\(body).\(ending)", name: file.name, accepting: parts.fields["valid"] == "yes", by: viewer
        ) { target in try parts.write(file, to: target) }
        return obstacle.map { site.message(visitor, 409, "roll.\($0.rawValue)") } ?? .see("/manager/roll")
    }

    /// Takes the file that a program sends as the request's body; `GET roll` tells how it goes on.
    static func take(_ site: ConsoleSite, _ request: Request, _ viewer: StaffActor) throws -> Response {
        let sent = request.header("content-type")?.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
        guard let type = types.first(where: { $0.type == sent?.lowercased() }) else {
            return site.problem(415, "Send the roll as \(types.map(\.type).joined(separator: " or ")).")
        }
        let valid = request.parameter("valid") ?? "false"
        guard ["true", "false"].contains(valid) else { return site.problem(422, "valid: true or false.") }
        var obstacle = try site.parts.rollImport.obstacle()
        if obstacle == nil {
            // Another upload is under way: this one was not kept.
            guard let body = request.bodyFile else {
                return site.problem(409, site.text("roll.busy.text", viewer.language))
            }
            obstacle = try read(
                site, "\(body).\(type.ending)", name: "roll.\(type.ending)", accepting: valid == "true", by: viewer
            ) { target in try FileManager.default.moveItem(atPath: body, toPath: target) }
        }
        if let obstacle {
            return site.problem(409, site.text("roll.\(obstacle.rawValue).text", viewer.language))
        }
        return site.json(202, try ModelEncoder.answer(Begun(state: .reading)))
    }

    /// What a program may send a roll as.
    static let types = [
        (type: "text/csv", ending: "csv"),
        (type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ending: "xlsx"),
    ]
    /// Letters of a file's name.
    static let longestName = 200

    /// Begins to read a roll on a thread of its own; returns what stands in the way.
    private static func read(
        _ site: ConsoleSite, _ target: String, name: String, accepting: Bool, by viewer: StaffActor,
        bring: (String) throws -> Void
    ) throws -> RollFileImport.Obstacle? {
        var isHandedOver = false
        defer { if !isHandedOver { RollFiles.remove(target) } }
        try bring(target)
        let roll = site.parts.rollImport
        if let obstacle = try roll.obstacle() { return obstacle }
        // Another file is the answer to what was asked of the last one; one that never came whole is none.
        roll.dropHeld()
        if let obstacle = try roll.begin(path: target, name: name, accepting: accepting, by: viewer.actor) {
            return obstacle
        }
        isHandedOver = true
        do throws(OwnThread.Fault) {
            try OwnThread.begin("the roll") { roll.load(path: target, name: name, accepting: accepting) }
        } catch {
            roll.giveUp(path: target, name: name, because: error.description)
            throw error
        }
        return nil
    }

    /// Whether no upload is under way.
    /// - Parameter held: the file that waits for an answer; nil when none does.
    static func isFree(_ folder: String, but held: String?) throws -> Bool {
        guard FileManager.default.fileExists(atPath: folder) else { return true }
        let waiting = held.map { URL(fileURLWithPath: $0).lastPathComponent }
        return try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { $0 == waiting }
    }

    /// Removes what an earlier run left: rolls in clear. Before the first request.
    /// - Parameter folder: of this election; the one above it held the files of all in earlier versions.
    static func sweep(_ folder: String) throws {
        let files = FileManager.default
        if files.fileExists(atPath: folder) { try files.removeItem(atPath: folder) }
        let above = URL(fileURLWithPath: folder).deletingLastPathComponent()
        guard above.pathExtension == "uploads", files.fileExists(atPath: above.path) else { return }
        for file in try files.contentsOfDirectory(at: above, includingPropertiesForKeys: [.isDirectoryKey])
        where try file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory != true {
            try files.removeItem(at: file)
        }
    }

    /// RFC 2046, section 5.1.1.
    private static func boundary(_ type: String) -> String? {
        guard type.lowercased().hasPrefix("multipart/form-data"), let mark = type.range(of: "boundary=") else {
            return nil
        }
        let rest = type[mark.upperBound...].prefix { $0 != ";" }
        let text = rest.hasPrefix("\"") ? rest.dropFirst().dropLast() : rest
        return 1...70 ~= text.utf8.count ? String(text) : nil
    }
}

extension ConsoleSite {
    /// Removes what an earlier run left of uploads; called before the server starts.
    /// - Throws: what the system says where the folder cannot be read, or a file not removed.
    package func sweepUploads() throws { try RollUpload.sweep(uploads) }

    /// Where an upload goes, when its sender is signed in and may.
    /// - Returns: nil for everybody else, while a roll is read, and while another upload lies there.
    package func upload(_ request: Request) -> (path: String, limit: Int)? {
        do {
            let mayUpload: Bool
            if request.path.hasPrefix("/api/") {
                mayUpload = try client(request)?.role.may(.changeRoll) ?? false
            } else {
                let visitor = try visitor(request)
                mayUpload = visitor.session?.confirmedAt != nil && visitor.viewer?.may(.changeRoll) == true
            }
            guard mayUpload, try parts.rollImport.obstacle() == nil else { return nil }
            // One at a time for each election: together they could fill the disk that votes need.
            guard try RollUpload.isFree(uploads, but: parts.rollImport.heldPath) else { return nil }
            return try RollUpload.place(in: uploads, parts.randomness)
        } catch {
            log("an upload cannot begin: \(error)")
            return nil
        }
    }

    /// As the server compares them before it keeps a body on the disk.
    package static let uploadPaths = ["/manager/\(RollUpload.path)", "/api/v1/\(RollUpload.path)"].map {
        Array($0.utf8)
    }
}

/// A form with a file (RFC 7578), read where it lies: only heads and short fields come into memory.
struct Multipart {
    /// A file in a form.
    struct File: Sendable {
        /// The last part of the name alone: what a browser says of folders is nobody's business.
        let name: String
        /// Where its bytes lie in the form.
        let range: Range<Int>
    }

    /// The whole form, mapped.
    private let data: Data
    /// Fields that are no files, by name; none longer than its limit.
    private(set) var fields: [String: String] = [:]
    /// The last file of the form.
    private(set) var file: File?

    /// Parts of a form.
    private static let mostParts = 10
    /// Bytes of a field that is no file.
    private static let longestField = 4096

    /// Nil when the body is no such form.
    /// - Throws: when the file cannot be mapped.
    init?(path: String, boundary: String) throws {
        // Mapped, not read: an upload may be larger than the memory that is free.
        data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        let mark = Data("--\(boundary)".utf8)
        var at = 0
        guard data.starts(with: mark) else { return nil }
        for _ in 0..<Multipart.mostParts {
            at += mark.count
            guard at + 2 <= data.count else { return nil }
            if data[at..<at + 2] == Data("--".utf8) { return }
            guard let head = data.range(of: Data("\r\n\r\n".utf8), in: at..<min(data.count, at + 4096)),
                let end = data.range(of: Data("\r\n".utf8) + mark, in: head.upperBound - 2..<data.count)
            else { return nil }
            let body = min(head.upperBound, end.lowerBound)..<max(head.upperBound, end.lowerBound)
            guard TextLimit.marksAt(data[at..<head.lowerBound]) == nil else { return nil }
            take(
                String(decoding: data[at..<head.lowerBound], as: UTF8.self),
                body.lowerBound..<max(body.lowerBound, end.lowerBound))
            at = end.lowerBound + 2
        }
        return nil
    }

    /// Takes one part, by its head.
    private mutating func take(_ head: String, _ body: Range<Int>) {
        guard
            let line = head.split(separator: "\r\n").first(where: { $0.lowercased().hasPrefix("content-disposition:") }
            ),
            let name = Multipart.parameter("name", line)
        else { return }
        if let fileName = Multipart.parameter("filename", line) {
            let last = fileName.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
            let plain = last.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
            file = File(
                name: String(String(String.UnicodeScalarView(plain)).prefix(RollUpload.longestName)), range: body)
        } else if body.count <= Multipart.longestField, FieldLimits.admit(Array(name.utf8), Array(data[body])) {
            fields[name] = String(decoding: data[body], as: UTF8.self)
        }
    }

    /// A parameter of the part's disposition.
    private static func parameter(_ name: String, _ line: Substring) -> String? {
        guard let start = line.range(of: " \(name)=\"") else { return nil }
        return String(line[start.upperBound...].prefix { $0 != "\"" })
    }

    /// Copies a file out of the form.
    /// - Throws: when the disk does not take it.
    func write(_ file: File, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let output = FileHandle(forWritingAtPath: path)
        else { throw SiteFault("\(path) cannot be written") }
        var at = file.range.lowerBound
        while at < file.range.upperBound {
            let end = min(at + Multipart.piece, file.range.upperBound)
            try output.write(contentsOf: data[at..<end])
            at = end
        }
        try output.close()
    }

    /// Bytes copied at a time.
    private static let piece = 1 << 20
}
