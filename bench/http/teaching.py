"""How soon one answer more counts in the review of a shop where many have answered.

    python3 bench/http/teaching.py target/release/vestry ../shared/data/clothing/train [PEOPLE...]

Imports the photos, one folder a class, and serves them on loopback. Each of PEOPLE (1, 10 and 40) says by a key of their own what two photos
of three show, and says anything of one in twenty of these. At each number there are twenty answers more, and after each the review's next
question is asked for, in the usual order and in the one that teaches most first. Needs Python 3.11, no packages. Everything is seeded;
prints one table.
"""

import http.client, pathlib, random, shutil, subprocess, sys, tempfile, time, urllib.parse
from serving import Client, percentile, serving

VESTRY, PHOTOS = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
PEOPLE = [int(a) for a in sys.argv[3:]] or [1, 10, 40]
TRIES = 20
CLASSES = sorted(path.name for path in PHOTOS.iterdir() if path.is_dir())
dice = random.Random(2026)


class Reader:
    """Who reads the review, signed in with a key."""

    def __init__(self, host, key):
        self.conn = http.client.HTTPConnection(host, timeout=600)
        form = urllib.parse.urlencode({"key": key, "next": "/review"})
        answer = self.ask("POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"})
        self.headers = {"cookie": answer.headers["set-cookie"].split(";")[0]}

    def ask(self, method, path, body=None, headers=None):
        self.conn.request(method, path, body, headers or self.headers)
        answer = self.conn.getresponse()
        text = answer.read()
        assert answer.status < 400, (path, answer.status, text[:300])
        return answer


def skus(client):
    """All of the catalogue; a photo's begins with its folder."""
    found, cursor = [], {}
    while True:
        page = client("GET", "/api/v1/products?" + urllib.parse.urlencode({"limit": 100, **cursor}))
        found += [product["sku"] for product in page["results"]]
        if not page["next"]:
            return found
        cursor = {"cursor": page["next"]}


def say(client, sku, value):
    client("POST", f"/api/v1/products/{urllib.parse.quote(sku, safe='')}/tags", {"attribute": "category", "value": value})


def measure(client, reader, asked, order):
    """The seconds from an answer being sent to the next question being there."""
    times = []
    for _ in range(TRIES):
        sku, value = dice.choice(asked), dice.choice(CLASSES)
        began = time.perf_counter()
        say(client, sku, value)
        reader.ask("GET", f"/review?attribute=category{order}")
        times.append(time.perf_counter() - began)
    return times


def main(folder):
    # An empty file says that no folder is a category: what the photos show is for people to say.
    photos = shutil.copytree(PHOTOS, folder / "photos")
    (photos / "classes.toml").write_text("")
    subprocess.run([VESTRY, "import", photos, "--data", folder / "data"], check=True, stdout=subprocess.DEVNULL)
    with serving(VESTRY, folder) as (host, key, _):
        owner, reader = Client(host, key), Reader(host, key)
        asked = [sku for at, sku in enumerate(skus(owner)) if at % 3]
        print("| answers | the next question: p50 | at most | in the order that teaches most: p50 | at most |\n|---|---|---|---|---|")
        for person in range(1, max(PEOPLE) + 1):
            made = owner("POST", "/api/v1/keys", {"kind": "secret", "name": f"reviewer {person}"})
            client = Client(host, made["secret"])
            for sku in asked:
                say(client, sku, dice.choice(CLASSES) if dice.random() < 0.05 else sku.split("/")[0])
            if person in PEOPLE:
                both = [measure(client, reader, asked, order) for order in ("", "&order=teach")]
                cells = [f"{percentile(times, part):.0f} ms" for times in both for part in (0.5, 1)]
                print(f"| {person * len(asked):,} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(pathlib.Path(scratch))
