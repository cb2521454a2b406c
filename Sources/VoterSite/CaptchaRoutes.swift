import Captcha
import HTTPServer

/// `/captcha/TOKEN.png` and `/captcha/TOKEN.wav`.
enum CaptchaRoutes {
    /// Nil for an address that is neither, or whose token is not ours or too old.
    static func response(_ request: Request, _ captcha: CaptchaService) -> Response? {
        let name = request.path.dropFirst("/captcha/".count)
        if name.hasSuffix(".png") {
            return captcha.picture(String(name.dropLast(4))).map { Response(200, type: "image/png", body: $0) }
        }
        if name.hasSuffix(".wav") {
            let language = request.parameter("speak") == "en" ? "en" : "fr"
            return captcha.sound(String(name.dropLast(4)), language: language).map {
                Response(200, type: "audio/wav", body: $0)
            }
        }
        return nil
    }
}
