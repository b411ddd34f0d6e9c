"""Whether the time of an answer tells that an address is known: signing in with a wrong password, as a member or at the staff's own
door, signing up, asking for a new password.

    python3 bench/http/enumeration.py target/release/vestry [EACH]

Makes an installation with 60 members and 30 of staff, serves it behind a proxy's header, so that each request comes from a network of its
own and no limit answers in its place, and asks EACH (300) times with a known and an unknown address at each of the four
doors, all in one shuffled order on one connection. Prints medians, p95, the difference of medians with a bootstrap
interval of 95 %, and the AUC: how surely one who knows both distributions tells one answer from the other (0.5 is by
chance). Needs Python 3.11, no packages.
"""

import base64, email, email.policy, hmac, http.client, pathlib, random, re, statistics, subprocess, sys, tempfile, time, urllib.parse
from serving import serving

VESTRY = pathlib.Path(sys.argv[1]).resolve()
EACH = int(sys.argv[2]) if len(sys.argv) > 2 else 300
MEMBERS, STAFF, TRIES, DRAWS = 60, 30, 20, 2_000
PASSWORD = "seven tailors under one lamp"
SEED = random.Random(20_190_801)


class Client:
    """One connection; each request from another network."""

    def __init__(self, host):
        self.connection, self.asked = http.client.HTTPConnection(host, timeout=60), 0

    def ask(self, method, path, fields=None):
        """Status, body and the seconds until the whole answer was there."""
        self.asked += 1
        address = f"10.{self.asked >> 16}.{self.asked >> 8 & 255}.{self.asked & 255}"
        headers = {"x-forwarded-for": address, "accept-language": "en"}
        body = urllib.parse.urlencode(fields) if fields else None
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        return answer.status, text, time.perf_counter() - start


def sign_up(client, boxes, mail):
    fields = {"email": mail, "password": PASSWORD, "name": "김하나", "mobile": "010-1234-5678", "company_phone": "02-123-4567",
              "company": "한빛상점", "title": "과장", "invitation": ""}
    return client.ask("POST", "/join", fields | dict.fromkeys(boxes, "yes"))


def confirm(client, letters):
    """Takes up the link of every letter as it comes, until there were as many as members."""
    seen, until = set(), time.monotonic() + 120
    while len(seen) < MEMBERS and time.monotonic() < until:
        for file in set(letters.glob("*.eml")) - seen:
            text = email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_body(("plain",)).get_content()
            if link := re.search(r"/join/confirm/[\w-]+", text):
                assert client.ask("POST", link[0], {"go": "yes"})[0] == 200
                seen.add(file)
        time.sleep(0.1)
    assert len(seen) == MEMBERS, f"{len(seen)} letters came"


def one_time_code(secret):
    """RFC 6238 with the usual six digits of half a minute."""
    moment = (int(time.time()) // 30).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), moment, "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFF_FFFF) % 1_000_000:06}"


def add_staff(folder, mail):
    """The path of the page where somebody enrols."""
    command = [VESTRY, "admin", "staff", "add", "--role", "operator", "--data", folder / "data"]
    told = subprocess.run(command, input=f"{mail}\n이두리\n", check=True, capture_output=True, text=True).stdout
    return re.search(r"/office/enrol/[\w-]+", told)[0]


def enrol(client, page):
    secret = re.search(r"\b[A-Z2-7]{32}\b", client.ask("GET", page)[1])[0]
    status, text, _ = client.ask("POST", page, {"password": PASSWORD, "code": one_time_code(secret)})
    assert status == 200 and len(re.findall(r"\b(?:\w{4}-){3}\w{4}\b", text)) >= 8, text


def measured(client, boxes, members, staff):
    known, known_staff = ((people * (EACH // len(people) + 1))[:EACH] for people in (members, staff))
    unknown = [f"nobody{n % MEMBERS:03}@shop.example" for n in range(EACH)]
    free = [f"free{n:03}@shop.example" for n in range(EACH)]

    def enter(mail, door="/sign-in"):
        return client.ask("POST", door, {"email": mail, "password": "wrong wrong wrong", "code": "", "next": "/me"})

    doors = {"sign-in, wrong password": (enter, known, unknown, 401),
             "sign-in of staff, wrong password": (lambda mail: enter(mail, "/office/sign-in"), known_staff, unknown, 401),
             "sign-up": (lambda mail: sign_up(client, boxes, mail), known, free, 200),
             "new password": (lambda mail: client.ask("POST", "/password", {"email": mail}), known, unknown, 200)}
    asked = [(door, is_known, mail) for door, (_, *sides, _) in doors.items() for is_known, side in zip((True, False), sides) for mail in side]
    SEED.shuffle(asked)
    times, bodies = {(door, is_known): [] for door in doors for is_known in (True, False)}, {door: set() for door in doors}
    for door, is_known, mail in asked:
        act, *_, expected = doors[door]
        status, text, seconds = act(mail)
        assert status == expected, (door, mail, status, text)
        times[door, is_known].append(seconds * 1000)
        bodies[door].add(text.replace(mail, ""))
        # What the last one left to be done is over before the next one asks.
        time.sleep(SEED.uniform(0.02, 0.06))
    return times, bodies


def auc(known, unknown):
    """How often one of `known` took longer than one of `unknown`, by ranks."""
    together = sorted([(value, 1) for value in known] + [(value, 0) for value in unknown])
    rank_sum = sum(rank for rank, (_, is_known) in enumerate(together, 1) if is_known)
    return (rank_sum - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown))


def interval(known, unknown, figure):
    draws = sorted(figure(SEED.choices(known, k=len(known)), SEED.choices(unknown, k=len(unknown))) for _ in range(DRAWS))
    return draws[int(DRAWS * .025)], draws[int(DRAWS * .975)]


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([VESTRY, "admin", "init", "--data", folder / "data"], check=True, capture_output=True)
        # While nobody else has the folder open.
        staff = [f"staff{n:02}@operator.example" for n in range(STAFF)]
        enrolments = [add_staff(folder, mail) for mail in staff]
        with serving(VESTRY, folder, "--behind-proxy", settings=f"[accounts]\nfree_tries = {TRIES}\n") as (host, _, _):
            client = Client(host)
            boxes = re.findall(r'type="checkbox"[^>]*name="([\w-]+)"|name="([\w-]+)"[^>]*type="checkbox"', client.ask("GET", "/join?age=14")[1])
            boxes = [a or b for a, b in boxes if (a or b) == "terms" or "agree-" in (a or b)]
            members = [f"member{n:02}@shop.example" for n in range(MEMBERS)]
            for mail in members:
                assert "/sign-in" in sign_up(client, boxes, mail)[1]
            confirm(client, folder / "data" / "mail")
            for page in enrolments:
                enrol(client, page)
            times, bodies = measured(client, boxes, members, staff)
    print("| door | known: median, p95 | unknown: median, p95 | medians apart | AUC |\n|---|---|---|---|---|")
    for door, said in bodies.items():
        known, unknown = times[door, True], times[door, False]
        apart = lambda a, b: statistics.median(a) - statistics.median(b)
        (low, high), (least, most) = interval(known, unknown, apart), interval(known, unknown, auc)
        side = lambda t: f"{statistics.median(t):.2f} ms, {statistics.quantiles(t, n=20)[-1]:.2f} ms"
        print(f"| {door} | {side(known)} | {side(unknown)} | {apart(known, unknown):+.2f} ms ({low:+.2f} to {high:+.2f}) | "
              f"{auc(known, unknown):.3f} ({least:.3f} to {most:.3f}) |")
        assert len(said) == 1, f"{door}: {len(said)} different answers"


main()
