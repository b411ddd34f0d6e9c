"""How soon one answer more counts in the review of a shop where many have answered.

    python3 bench/http/teaching.py target/release/vestry ../shared/data/clothing/train [PEOPLE...]

Imports the photos, one folder a class, and serves them on loopback. Then each of PEOPLE (1, 10 and 40) says by a key of its own what two
photos of three show, one in twenty wrongly; at each number it gives twenty answers more, and after each asks for the review's next question, in the
usual order and in the one that teaches most first. Needs Python 3.11, no packages. Everything is seeded; prints one table.
"""

import http.client, json, pathlib, random, subprocess, sys, tempfile, time, urllib.parse
from serving import serving

VESTRY, PHOTOS = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
PEOPLE = [int(a) for a in sys.argv[3:]] or [1, 10, 40]
TRIES = 20
dice = random.Random(2026)


class Client:
    def __init__(self, host):
        self.conn = http.client.HTTPConnection(host, timeout=600)

    def raw(self, method, path, body, headers):
        self.conn.request(method, path, body, headers)
        answer = self.conn.getresponse()
        text = answer.read()
        assert answer.status < 400, (path, answer.status, text[:300])
        return answer, text

    def __call__(self, key, method, path, body=None):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return json.loads(self.raw(method, path, json.dumps(body) if body is not None else None, headers)[1] or "null")


def products(client, key):
    """Number in the catalogue and class of each; a photo's product is named for its folder."""
    found, cursor = [], ""
    while True:
        page = client(key, "GET", f"/api/v1/products?limit=100{cursor}")
        found += [product["sku"] for product in page["results"]]
        if not page.get("next"):
            return found
        cursor = "&cursor=" + urllib.parse.quote(page["next"])


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] * 1000


def measure(client, key, cookie, skus, classes, order):
    """The seconds from an answer being sent to the next question being there."""
    times = []
    for _ in range(TRIES):
        sku = dice.choice(skus)
        began = time.perf_counter()
        client(key, "POST", f"/api/v1/products/{urllib.parse.quote(sku, safe='')}/tags", {"attribute": "category", "value": dice.choice(classes)})
        client.raw("GET", f"/review?attribute=category{order}", None, {"cookie": cookie})
        times.append(time.perf_counter() - began)
    return times


def main(folder):
    subprocess.run([VESTRY, "import", PHOTOS, "--data", folder / "data"], check=True, stdout=subprocess.DEVNULL)
    with serving(VESTRY, folder) as (host, first, _):
        client = Client(host)
        answer, _ = client.raw("POST", "/sign-in", urllib.parse.urlencode({"key": first, "next": "/review"}),
                               {"Content-Type": "application/x-www-form-urlencoded"})
        cookie = answer.headers["set-cookie"].split(";")[0]
        skus = [sku for at, sku in enumerate(products(client, first)) if at % 3]
        classes = sorted(path.name for path in PHOTOS.iterdir() if path.is_dir())
        print("| answers | the next question: p50 | at most | in the order that teaches most: p50 | at most |\n|---|---|---|---|---|")
        said = 0
        for person in range(max(PEOPLE)):
            key = client(first, "POST", "/api/v1/keys", {"kind": "secret", "name": f"reviewer {person}"})["secret"]
            for sku in skus:
                value = classes[hash_of(sku) % len(classes)] if dice.random() < 0.05 else class_of(sku, classes)
                client(key, "POST", f"/api/v1/products/{urllib.parse.quote(sku, safe='')}/tags", {"attribute": "category", "value": value})
            said += len(skus)
            if person + 1 in PEOPLE:
                usual, teach = [measure(client, key, cookie, skus, classes, order) for order in ("", "&order=teach")]
                cells = [f"{percentile(times, part):.0f} ms" for times in (usual, teach) for part in (0.5, 1)]
                print(f"| {said + 2 * TRIES:,} | {' | '.join(cells)} |", flush=True)


def class_of(sku, classes):
    return max((name for name in classes if name in sku), key=len)


def hash_of(text):
    return sum(text.encode())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(pathlib.Path(scratch))
