/// A value that is said in words on a page, where the API gives it as it is.
protocol Said: Encodable {
    /// In the language of the page.
    func said(_ wording: Wording) -> String
}
