/// Why the site cannot be served: a page, text or asset is missing or wrong.
package struct SiteFault: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
