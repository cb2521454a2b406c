"""A program between voters and the site, without a key or a file of it: what whoever ends the TLS connection could run."""
import html
import http.server
import json
import os
import re
import subprocess
import threading
import urllib.parse

import nacl.signing
import requests

#: The group of the ballots (BELENIOS-2048): prime and generator.
PRIME = 20694785691422546401013643657505008064922989295751104097100884787057374219242717401922237254497684338129066633138078958404960054389636289796393038773905722803605973749427671376777618898589872735865049081167099310535867780980030790491654063777173764198678527273474476341835600035698305193144284561701911000786737307333564123971732897913240474578834468260652327974647951137672658693582180046317922073668860052627186363386088796882120769432366149491002923444346373222145884100586421050242120365433561201320481118852408731077014151666200162313177169372189248078507711827842317498073276598828825169183103125680162072880719
GENERATOR = 2402352677501852209227687703532399932712287657378364916510075318787663274146353219320285676155269678799694668298749389095083896573425601900601068477164491735474137283104610458681314511781646755400527402889846139864532661215055797097162016168270312886432456663834863635782106154918419982534315189740658186868651151358576410138882215396016043228843603930989333662772848406593138406010231675095763777982665103606822406635076697764025346253773085133173495194248967754052573659049492477631475991575198775177711481490920456600205478127054728238140972518639858334115700568353695553423781475582491896050296680037745308460627


class FalseServer:
    """Passes everything on to the site but what its tricks change; remembers what it read on the way."""

    def __init__(self, site):
        self.site, self.votes, self.read = site, [], []
        self.page = self.vote = self.answer = self.file = self.archive = self.versioned = self.every = self.status = self.policy = lambda value, *_: value
        #: Headers beside those of the site, as (name, value).
        self.more = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def do_GET(self):
                proxy.pass_on(self, None)

            def do_POST(self):
                proxy.pass_on(self, self.rfile.read(int(self.headers["Content-Length"])))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        # The site's own address is that of the program between.
        site.address = f"http://localhost:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def pass_on(self, request, body):
        path = request.path.split("?")[0]
        isVote = body is not None and path.startswith("/ballots/")
        if isVote:
            fields = dict(urllib.parse.parse_qsl(body.decode()))
            self.votes.append(fields["ballot"])
            body = urllib.parse.urlencode(fields | {"ballot": self.vote(fields["ballot"], path)}).encode()
        headers = {name: value for name, value in request.headers.items()
                   if name.lower() not in ("connection", "content-length", "accept-encoding")}
        got = requests.request(request.command, f"http://127.0.0.1:{self.site.port}{request.path}", data=body, headers=headers,
                               allow_redirects=False, timeout=60)
        content = got.content
        if path.startswith("/ballots/") and request.command == "GET":
            content = self.page(content.decode(), path).encode()
        elif isVote:
            content = json.dumps(self.answer(json.loads(content), path)).encode()
        elif path.startswith("/assets/"):
            content = self.file(content, path)
            if "?v=" in request.path:
                content = self.versioned(content, path)
        elif path.endswith("/archive.bel"):
            content = self.archive(content, path)
        elif got.headers.get("Content-Type", "").startswith("text/html"):
            content = self.every(content.decode()).encode()
        request.send_response(self.status(got.status_code, path) if isVote else got.status_code)
        for name, value in got.raw.headers.items():
            if name.lower() not in ("connection", "content-length", "transfer-encoding", "date", "server", "etag"):
                request.send_header(name, self.policy(value) if name.lower() == "content-security-policy" else value)
        for name, value in self.more:
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    # The tricks.

    def swap_key(self, choices):
        """The page is given a key of ours; what is sent is read, and a ballot with these choices goes on in its place."""
        secret = int.from_bytes(os.urandom(32), "big")
        own = pow(GENERATOR, secret, PRIME)
        given = {}

        def page(text, path):
            found = re.search(r'data-document="([^"]*)"', text)
            if not found:
                return text
            document = html.unescape(found.group(1))
            credential = re.search(r'data-credential="([^"]*)"', text).group(1)
            given[path] = (document, credential)
            false = re.sub(r'("public_key":")\d+', rf"\g<1>{own}", document)
            assert false != document
            return text.replace(found.group(1), html.escape(false))

        def vote(ballot, path):
            for answer in json.loads(ballot)["answers"]:
                powers = [int(pair["beta"]) * pow(int(pair["alpha"]), -secret, PRIME) % PRIME for pair in answer["choices"]]
                self.read.append([{1: 0, GENERATOR: 1}[power] for power in powers])
            document, credential = given[path]
            for name, content in (("document", document), ("credential", credential)):
                with open(f"{self.site.folder}/false-{name}", "w", encoding="utf-8") as file:
                    file.write(content)
            return self.site.run("tally", "ballot", f"{self.site.folder}/false-document", "--credential",
                                 f"{self.site.folder}/false-credential", "--choices", json.dumps(choices)).stdout.strip()

        self.page, self.vote = page, vote
        return self

    def swap_tracker(self):
        """The receipt names the ballot of somebody else."""
        self.answer = lambda news, path: news | {"receipt": news["receipt"] | {"tracker": "A" * 43}}
        return self

    def forge_receipt(self):
        """The ballot is held back, and a receipt of our own signs for it."""
        def answer(news, path):
            tracker, key = news["receipt"]["tracker"], nacl.signing.SigningKey.generate()
            text = f"isoloir receipt 1\ncse-2026\n{path.split('/')[-1]}\n{tracker}\n"
            signature = nacl.encoding.Base64Encoder.encode(key.sign(text.encode()).signature).decode()
            return {"receipt": {"tracker": tracker, "signature": signature}}
        self.answer = answer
        return self

    def swap_labels(self, first, second):
        """Two answers change places on the page: whoever ticks the one votes for the other."""
        first, second = html.escape(first), html.escape(second)

        def page(text, path):
            assert f"<span>{first}</span>" in text and f"<span>{second}</span>" in text
            return (text.replace(f"<span>{first}</span>", "<span>\0</span>")
                    .replace(f"<span>{second}</span>", f"<span>{first}</span>").replace("<span>\0</span>", f"<span>{second}</span>"))
        self.page = page
        return self
