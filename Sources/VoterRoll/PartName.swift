import Foundation

/// Names of parts by the rules of the Open Packaging Conventions (ECMA-376, part 2): without regard to case, relative to the
/// part that names them. Backslashes are what some programs write.
enum PartName {
    /// As names are compared here.
    static func of(_ name: String) -> String { resolved(name, from: "") }

    /// The part that `target` names in a relationship of the part `source`.
    /// - Parameters:
    ///   - target: as the relationship writes it, percent-encoded.
    ///   - source: the part that has the relationship; empty for the package.
    static func resolved(_ target: String, from source: String) -> String {
        let path = target.replacing("\\", with: "/").lowercased()
        var parts = path.hasPrefix("/") ? [] : source.split(separator: "/").dropLast().map(String.init)
        for part in path.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(String(part).removingPercentEncoding ?? String(part))
            }
        }
        return parts.joined(separator: "/")
    }

    /// The part that holds a part's relationships.
    static func relationships(of part: String) -> String {
        var parts = part.split(separator: "/").map(String.init)
        let name = parts.popLast() ?? ""
        return (parts + ["_rels", name + ".rels"]).joined(separator: "/")
    }
}
