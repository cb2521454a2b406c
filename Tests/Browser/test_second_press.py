"""A button pressed twice where no script stands between: at once, and one press after the other. Both lead where the first led."""
import concurrent.futures
import re

import pytest
import requests
from conftest import PASSPHRASE, Client, Site, captcha_answer, code_in, road
from staff import Desk, mail_of, team
from test_attacks import unknown_identifier
from test_guide_activation import credentials
from test_lost import MAIL, PHONE
from test_one_tap import page_text
from test_secret_ticks import error_of, pressed_again

voter = road.voter


def after_another(client, path, **fields):
    """The second press comes when the first has been taken, and its answer was dropped."""
    return pressed_again(client, path, **fields)[0]


def at_once(client, path, **fields):
    """Two presses that both leave before an answer has come: what each is told, and the cookies of each."""
    data = {"form": client.form()} | fields

    def press(_):
        return requests.post(client.site.address + path, data=data, cookies=client.session.cookies.copy(), allow_redirects=False, timeout=60)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, range(2)))
    assert len({(each.status_code, each.headers.get("Location")) for each in answers}) == 1, [page_text(each)[:300] for each in answers]
    assert len({error_of(each) for each in answers}) == 1, [error_of(each) for each in answers]
    assert len({each.headers.get("Set-Cookie") for each in answers}) == 1
    client.session.cookies.update(answers[0].cookies)
    return answers[0]


def mark(client):
    return re.search(r'name="mark" value="(\w+)"', client.page).group(1)


@pytest.mark.parametrize("press", [after_another, at_once])
def test_the_code_of_a_reset_pressed_twice_leads_to_the_choice(site, press):
    site.prepare([voter(1, phone="06 39 98 00 01")]).serve()
    client = Client(site)
    client.identify(site.identifier(MAIL))
    client.code(client.sent_code(PHONE))
    client.get("/passphrase")
    client.post("/passphrase", secret=PASSPHRASE, again=PASSPHRASE, action="choose")
    client = Client(site)
    client.identify(site.identifier(MAIL))
    client.code(client.sent_code(PHONE))
    client.get("/passphrase")
    client.earlier = site.delivered()
    assert client.post("/reset", mark=mark(client)).headers["Location"] == "/code"
    code = client.sent_code(MAIL)
    client.get("/code")
    of_code = mark(client)
    assert press(client, "/code", code=code, action="check", mark=of_code).headers["Location"] == "/passphrase"
    assert 'name="again"' in client.get("/passphrase").text
    answer = client.post("/passphrase", secret="quatre zèbres rouges au port", again="quatre zèbres rouges au port", action="choose", mark=mark(client))
    assert answer.headers["Location"].startswith("/space")


@pytest.mark.parametrize("press", [after_another, at_once])
def test_a_new_code_with_a_picture_pressed_twice_is_sent_once(site, press):
    site.prepare([voter(1)]).serve()
    for _ in range(3):
        Client(site).identify(site.identifier(MAIL))
    client = Client(site)
    client.identify(site.identifier(MAIL))
    client.get("/code")
    token = re.search(r'name="challenge" value="([0-9a-f]+)"', client.page).group(1)
    picture = {"challenge": token, "answer": captcha_answer(site, token)[0], "mark": mark(client)}
    page, cookies = client.page, client.session.cookies.copy()
    assert press(client, "/code", action="resend", **picture).headers["Location"] == "/code?say=resent"
    assert site.sql("SELECT count(*) FROM access_request WHERE state = 'replaced'") == [(1,)]
    # The picture served once: a while later it brings nothing, and neither does it for a form of the present page.
    client.get("/code")
    client.session.cookies = cookies.copy()
    assert client.post("/code", action="resend", **picture | {"mark": mark(client)}).status_code == 422
    site.sql("UPDATE access_request SET created_at = created_at - 10")
    client.page, client.session.cookies = page, cookies.copy()
    answer = client.post("/code", action="resend", **picture)
    assert answer.status_code == 422 and "pas les caractères de l'image" in page_text(answer)


@pytest.mark.parametrize("press", [after_another, at_once])
@pytest.mark.parametrize("isKnown", [True, False])
def test_the_last_wrong_code_pressed_twice_says_that_there_were_too_many(site, press, isKnown):
    site.prepare([voter(1)]).serve()
    client = Client(site)
    client.identify(site.identifier(MAIL) if isKnown else unknown_identifier(1))
    code = client.sent_code(MAIL) if isKnown else ""
    wrong = next(each for each in ("000000", "111111") if each != code)
    for _ in range(4):
        assert client.code(wrong).status_code == 422
    client.get("/code")
    assert press(client, "/code", code=wrong, action="check", mark=mark(client)).headers["Location"] == "/?say=exhausted"
    # A right code that was the last of them is no such thing, whatever has become of its sign-in.
    if not isKnown:
        return
    client = Client(site)
    client.identify(site.identifier(MAIL))
    code = client.sent_code(MAIL)
    for _ in range(4):
        assert client.code(next(each for each in ("000000", "111111") if each != code)).status_code == 422
    client.get("/code")
    first, page, cookies = pressed_again(client, "/code", code=code, action="check", mark=mark(client))
    assert first.headers["Location"] == "/passphrase"
    client.page, client.session.cookies = page, cookies.copy()
    assert "exhausted" not in client.post("/code", code=code, action="check").headers["Location"]


def test_steps_of_staff_pressed_twice_lead_where_the_first_led(site):
    site.prepare([voter(1)]).serve()
    team(site, "manager")
    mail = mail_of("manager")

    def begin():
        desk = Desk(site, "manager")
        desk.get("sign-in")
        desk.token = re.search(r'name="form" value="([0-9a-f]+)"', desk.page).group(1)
        before = len(site.texts(mail))
        desk.post("sign-in", identifier=site.identifier(mail))
        return desk, code_in(site.wait_text(mail, before + 1).split("\n", 1)[1])

    def pressed(desk, path, **fields):
        """As if the browser dropped the answer to a first press; then both at once."""
        cookies = desk.session.cookies.copy()
        first = desk.post(path, follow=False, **fields)
        taken = desk.session.cookies.get("cse-2026-staffPending")
        desk.session.cookies = cookies
        second = desk.post(path, follow=False, **fields)
        assert (first.status_code, first.headers.get("Location")) == (second.status_code, second.headers.get("Location")), desk.text
        assert desk.session.cookies.get("cse-2026-staffPending") == taken
        # One after the other, with the cookie of the first.
        third = desk.post(path, follow=False, **fields)
        assert third.headers.get("Location") == first.headers["Location"]
        return first

    desk, code = begin()
    mark = re.search(r'name="mark" value="(\w+)"', desk.page).group(1)
    assert pressed(desk, "code", code=code, mark=mark).headers["Location"] == "/manager/passphrase"
    assert desk.post("passphrase", secret=PASSPHRASE).url.endswith("/factor")
    # A wrong code beside the right one opens nothing.
    desk, code = begin()
    cookies = desk.session.cookies.copy()
    assert desk.post("code", code=code, follow=False).headers["Location"] == "/manager/passphrase"
    desk.session.cookies = cookies
    wrong = next(each for each in ("000000", "111111") if each != code)
    assert desk.post("code", code=wrong, follow=False).headers["Location"] == "/manager/sign-in?say=gone"
    # The last wrong one.
    desk, code = begin()
    wrong = next(each for each in ("000000", "111111") if each != code)
    for _ in range(4):
        assert desk.post("code", code=wrong).status_code == 422
    cookies = desk.session.cookies.copy()
    for _ in range(2):
        desk.session.cookies = cookies.copy()
        assert desk.post("code", code=wrong, follow=False).headers["Location"] == "/manager/sign-in?say=exhausted"
    # Another message.
    desk, _ = begin()
    site.sql("UPDATE access_request SET created_at = created_at - 40")
    mark = re.search(r'name="mark" value="(\w+)"', desk.get("code").text).group(1)
    assert pressed(desk, "code", action="resend", mark=mark).headers["Location"] == "/manager/code"
    assert site.sql("SELECT count(*) FROM access_request WHERE state = 'replaced'") == [(1,)]


def guessed(site, identifier):
    """A browser at the first page of an identifier at which somebody else has guessed: each further attempt costs work, or a picture."""
    guesser = Client(site)
    for _ in range(5):
        guesser.get("/")
        assert guesser.post("/", identifier=identifier, secret="fG69a*6jH", **guesser.work(identifier)).status_code == 422
    client = Client(site)
    client.get("/")
    return client


@pytest.mark.parametrize("hasPicture", [False, True])
def test_two_presses_on_one_page_that_others_guess_at_open_one_session(tmp_path, hasPicture):
    """Others have tried: each further attempt costs work, or a picture. One of them serves both presses, and no third."""
    site = Site(tmp_path).sample("activation").serve()
    try:
        identifier, password, _ = credentials(site, 1)
        client = guessed(site, identifier)
        assert "vérification de sécurité plus longue" in page_text(client.post("/", identifier=identifier, secret=password, **client.work(identifier)))
        if hasPicture:
            token = re.search(r'name="challenge" value="([0-9a-f]+)"', client.page).group(1)
            extra = {"challenge": token, "answer": captcha_answer(site, token, "activation")[0]}
        else:
            extra = client.work(identifier)
        page, cookies = client.page, client.session.cookies.copy()
        first = at_once(client, "/", identifier=identifier, secret=password, **extra)
        assert first.headers.get("Location") == "/space", page_text(first)
        assert site.sql("SELECT count(*) FROM access_session") == [(1,)]
        # What served is served: a while later it opens nothing.
        site.sql("UPDATE access_request SET created_at = created_at - 10")
        site.sql("UPDATE access_session SET opened_at = opened_at - 10")
        client.page, client.session.cookies = page, cookies
        assert client.post("/", identifier=identifier, secret=password, **extra).status_code == 422
    finally:
        site.stop()


@pytest.mark.parametrize("press", [after_another, at_once])
def test_a_wrong_password_pressed_twice_on_one_page_is_wrong_twice(tmp_path, press):
    site = Site(tmp_path).sample("activation").serve()
    try:
        identifier, password, _ = credentials(site, 1)
        client = Client(site)
        client.get("/")
        extra = client.work(identifier)
        answer = press(client, "/", identifier=identifier, secret=password.swapcase(), **extra)
        assert answer.status_code == 422 and "mot de passe non reconnu" in page_text(answer), page_text(answer)
        # The second, of which nothing was dropped, says the same.
        client.get("/")
        page, extra = client.page, client.work(identifier)
        for _ in range(2):
            client.page = page
            answer = client.post("/", identifier=identifier, secret=password.swapcase(), **extra)
            assert answer.status_code == 422 and "mot de passe non reconnu" in page_text(answer), page_text(answer)
    finally:
        site.stop()


def test_a_right_password_pressed_again_after_the_sign_out_is_not_said_to_be_wrong(tmp_path):
    site = Site(tmp_path).sample("activation").serve()
    try:
        identifier, password, _ = credentials(site, 1)
        client = Client(site)
        client.get("/")
        page, extra = client.page, client.work(identifier)
        assert client.post("/", identifier=identifier, secret=password, **extra).headers.get("Location") == "/space"
        client.get("/space")
        assert client.post("/sign-out").headers["Location"] == "/?say=signedOut"
        client.page = page
        answer = client.post("/", identifier=identifier, secret=password, **extra)
        assert answer.status_code == 422 and "non reconnu" not in page_text(answer)
        assert error_of(answer) and "sécurité" not in error_of(answer), error_of(answer)
        assert site.sql("SELECT count(*) FROM access_session") == [(0,)]
    finally:
        site.stop()


def test_one_work_is_done_for_one_guess(tmp_path):
    """Others have guessed, and each further attempt costs work: what was worked for one password serves no other."""
    site = Site(tmp_path).sample("activation").serve()
    try:
        identifier, password, _ = credentials(site, 1)
        client = guessed(site, identifier)
        client.post("/", identifier=identifier, secret="fG69a*6jH", **client.work(identifier))
        extra = client.work(identifier)
        data = {"form": client.form(), "identifier": identifier, **extra}
        tries = [password.swapcase(), password.swapcase() + "x", password]

        def press(secret):
            return requests.post(site.address + "/", data=data | {"secret": secret}, cookies=client.session.cookies.copy(), allow_redirects=False, timeout=60)

        before = site.sql("SELECT failures FROM passphrase_throttle")
        first = press(tries[0])
        assert "mot de passe non reconnu" in page_text(first)
        # Neither looked at, nor said to be wrong: work is asked for again.
        for secret in tries[1:]:
            answer = press(secret)
            assert answer.status_code == 422 and "vérification de sécurité plus longue" in page_text(answer), page_text(answer)
            assert "non reconnu" not in page_text(answer)
        assert site.sql("SELECT failures FROM passphrase_throttle") == [(before[0][0] + 1,)]
        assert site.sql("SELECT count(*) FROM access_session") == [(0,)]
        # At once, in any order, one of two is looked at and no more.
        client.get("/")
        client.post("/", identifier=identifier, secret="fG69a*6jH", **client.work(identifier))
        data = {"form": client.form(), "identifier": identifier, **client.work(identifier)}
        [(failures,)] = site.sql("SELECT failures FROM passphrase_throttle")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(press, tries[:2]))
        assert site.sql("SELECT failures FROM passphrase_throttle") == [(failures + 1,)]
    finally:
        site.stop()
