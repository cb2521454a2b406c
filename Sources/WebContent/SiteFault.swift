/// Why the site cannot be served: a page, text or asset is missing or wrong.
package struct SiteFault: Error, CustomStringConvertible {
    /// A sentence with the file and what to do about it; several lines where there are several faults.
    package let description: String

    /// - Parameter description: a whole sentence.
    package init(_ description: String) { self.description = description }
}
