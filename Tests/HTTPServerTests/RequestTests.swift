import HTTPServer
import Testing

struct RequestTests {
    private func form(_ body: String, type: String = "application/x-www-form-urlencoded") -> Form? {
        Request(
            method: .post, path: "/", headers: [Request.Field(name: "content-type", value: type)],
            body: Array(body.utf8)
        ).form()
    }

    @Test func `a form is read as browsers send it`() throws {
        let read = form("a=1+2&b=%C3%A9%26&c=&a=3")
        let form = try #require(read)
        #expect(form["a"] == "1 2" && form["b"] == "\u{E9}&" && form["c"] == "" && form["d"] == "")
    }

    @Test(arguments: ["a=%", "a=%2", "a=%GG", "a=%00", "a=%FF", "%00=a"])
    func `a malformed form is none`(body: String) { #expect(form(body) == nil) }

    @Test(arguments: ["identifier", "code", "secret", "contact", "text", "anything"])
    func `a field is refused for its length or its marks, and none below its limit`(name: String) {
        let most = 30
        func marks(_ count: Int) -> String { "e" + String(repeating: "%CC%81", count: count) }
        #expect(form("\(name)=" + marks(most)) != nil)
        #expect(form("\(name)=" + marks(most + 1)) == nil)
        #expect(form("\(name)=" + String(repeating: "a", count: 4001)) == nil)
        // As many letters with one mark each are no pile.
        #expect(form("\(name)=" + String(repeating: marks(1), count: 120)) != nil)
        #expect(form(String(repeating: "n", count: 61) + "=1") == nil)
    }

    @Test func `another type of body is no form`() {
        #expect(form("a=1", type: "text/plain") == nil)
        #expect(form("a=1", type: "application/x-www-form-urlencoded; charset=UTF-8") != nil)
    }

    @Test func `the first cookie of a name counts`() {
        let request = Request(
            method: .get, path: "/", headers: [Request.Field(name: "cookie", value: "a=1; __Host-session=x=y; a=2")])
        #expect(request.cookie("a") == "1" && request.cookie("__Host-session") == "x=y" && request.cookie("b") == nil)
    }
}
