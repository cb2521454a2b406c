"""Firefox by WebDriver BiDi, which it speaks itself: no driver stands between. As much of a browser as the pages' tests need."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

import websocket

#: Seconds that a start and a command may take on a busy machine.
PATIENCE = 60


class Firefox:
    def __init__(self, port, width=1280, height=900, language="fr"):
        self.profile = tempfile.mkdtemp(prefix="isoloir-firefox-")
        with open(f"{self.profile}/user.js", "w", encoding="utf-8") as file:
            for name, value in {"intl.accept_languages": language, "datareporting.policy.dataSubmissionEnabled": False,
                                "browser.shell.checkDefaultBrowser": False, "app.update.enabled": False,
                                "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
                                "dom.disable_beforeunload": True}.items():
                file.write(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n")
        self.log = open(f"{self.profile}/log", "wb")
        self.process = subprocess.Popen(
            ["firefox-esr", "--headless", "--no-remote", "--profile", self.profile, "--remote-debugging-port", str(port)],
            stdout=self.log, stderr=self.log, env=os.environ | {"HOME": self.profile, "MOZ_CRASHREPORTER_DISABLE": "1"})
        self.socket, self.count = self._connect(port), 0
        self.call("session.new", capabilities={"alwaysMatch": {"unhandledPromptBehavior": {"default": "accept"}}})
        self.context = self.call("browsingContext.getTree")["contexts"][0]["context"]
        self.call("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})

    def _connect(self, port):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return websocket.create_connection(f"ws://127.0.0.1:{port}/session", timeout=PATIENCE, suppress_origin=True)
            except OSError:
                assert time.monotonic() < end and self.process.poll() is None, open(f"{self.profile}/log", encoding="utf-8").read()
                time.sleep(0.2)

    def call(self, method, **params):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            news = json.loads(self.socket.recv())
            if news.get("id") == self.count:
                assert news["type"] == "success", (method, news.get("message"))
                return news["result"]

    def get(self, address):
        self.call("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def run(self, script):
        """The value of an expression; what is not plain data comes as JSON. A promise is waited for."""
        answer = self.call("script.evaluate", expression=f"(async () => JSON.stringify(await ({script})))()", target={"context": self.context},
                           awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    def press(self, selector, **fields):
        """Fills in fields by their names and presses what the selector finds; waits for the next page."""
        self.run("""(() => { window.isOld = true; for (const [name, value] of Object.entries(%s)) {
            const field = [...document.getElementsByName(name)].find(e => e.type !== "hidden"); field.value = value;
            field.dispatchEvent(new Event("input", { bubbles: true })); } document.querySelector(%s).click(); return 1; })()"""
                 % (json.dumps(fields), json.dumps(selector)))
        end = time.monotonic() + PATIENCE
        while self.run("window.isOld !== true && document.readyState === 'complete'") is not True:
            assert time.monotonic() < end, self.run("document.body.innerText")
            time.sleep(0.1)
        return self

    def shot(self, path):
        picture = self.call("browsingContext.captureScreenshot", context=self.context, origin="document")
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def quit(self):
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)
