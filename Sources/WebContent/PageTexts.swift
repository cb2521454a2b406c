package import Delivery
import Documents
package import Elections

/// The words of pages: `pages/fr.yaml` for voters, with a prefix those of the console.
package enum PageTexts {
    /// The texts as they stand in the file, by key.
    /// - Parameter prefix: `console.` or `phrases.`; empty for the voters' pages.
    /// - Throws: `SiteFault` when the file is missing, is no YAML, or holds something that is no text; with every
    ///   fault in it.
    package static func read(
        _ folder: TemplateFolder, _ language: Language, prefix: String = ""
    ) throws(SiteFault) -> [String: String] {
        let file = "pages/\(prefix)\(language.rawValue).yaml"
        let reader = DocumentReader(file: file)
        do {
            let root = try YAML.parse(try folder.text(file), file: file)
            let texts = reader.section(root, "the texts") { section in
                Dictionary(uniqueKeysWithValues: section.keys.map { ($0, section.text($0)) })
            }
            guard reader.faults.isEmpty else {
                throw SiteFault(reader.faults.map(\.description).joined(separator: "\n"))
            }
            return texts
        } catch let fault as SiteFault { throw fault } catch {
            throw SiteFault("\(error)")
        }
    }
}
