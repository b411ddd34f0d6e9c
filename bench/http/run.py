"""HTTP figures of one server process: words at 32 connections, photos at 4, and how soon a put product is found.

    python3 bench/http/run.py target/release/vestry PHOTOS [PRODUCTS]

Makes a feed of PRODUCTS (50,000) titles in Korean and English from the taxonomy's own words, imports it, puts the
pictures of 200 photos from PHOTOS (a folder per class) beside them, serves it on loopback and asks with `wrk`
(Debian's package). Needs Python 3.11, no packages. Everything is seeded; prints one table.
"""

import base64, csv, json, pathlib, random, re, subprocess, sys, tempfile, time, tomllib, urllib.request
from serving import serving

VESTRY, PHOTOS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
PRODUCTS = int(sys.argv[3]) if len(sys.argv) > 3 else 50_000
ROOT = pathlib.Path(__file__).resolve().parents[2]
dice = random.Random(2026)


def words():
    """Names of values by attribute: [(ko, en)]."""
    taxonomy = tomllib.loads((ROOT / "taxonomy/apparel.toml").read_text())
    return {a["id"]: [(v["ko"], v["en"].lower()) for v in a["values"]] for a in taxonomy["attribute"]}


def feed(path, names):
    order = ["material", "colour", "print", "fit", "neckline", "category"]
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sku", "title_ko", "title_en", "brand", "price", "currency"])
        for n in range(PRODUCTS):
            chosen = [dice.choice(names[a]) for a in order if a == "category" or dice.random() < 0.7]
            number = f"{dice.randrange(100, 999)}"
            rows.writerow([f"B-{n:06}", " ".join(c[0] for c in chosen) + " " + number,
                           " ".join(c[1] for c in chosen) + " " + number, dice.choice(["한빛", "Noru", "Saebom"]),
                           dice.randrange(90, 2000) * 100, "KRW"])


def query(names):
    side = dice.randrange(2)
    parts = [dice.choice(names[a])[side] for a in dice.sample(["colour", "material", "print", "category"], dice.randrange(1, 4))]
    text = " ".join(parts)
    if dice.random() < 0.1 and len(text) > 3:  # a slip of the finger
        at = dice.randrange(1, len(text) - 1)
        text = text[:at] + text[at + 1:]
    return text


def lua(path, key, bodies, kind):
    cases = ",\n".join(json.dumps(b, ensure_ascii=False) for b in bodies)  # a JSON string is a Lua string here
    path.write_text(f"""local bodies = {{ {cases} }}
local n = 0
request = function()
  n = n % #bodies + 1
  return wrk.format("POST", "/api/v1/search", {{ ["Authorization"] = "Bearer {key}", ["Content-Type"] = "{kind}" }}, bodies[n])
end
""")


def wrk(base, script, threads, connections, seconds):
    out = subprocess.run(["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", "-s", script, base],
                         capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    sockets = re.search(r"Socket errors: (.*)", out)
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            "p50": re.search(r"\n\s+50%\s+(\S+)", out)[1], "p99": re.search(r"\n\s+99%\s+(\S+)", out)[1],
            "errors": int(bad[1]) if bad else 0, "sockets": sockets[1] if sockets else "none"}


def call(base, key, method, path, body=None):
    request = urllib.request.Request(base + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                                     headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def memory(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) // 1024


def main():
    names = words()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        feed(folder / "feed.csv", names)
        start = time.monotonic()
        subprocess.run([VESTRY, "import", folder / "feed.csv", "--data", folder / "data", "--org", "shop"], check=True)
        imported = time.monotonic() - start
        with serving(VESTRY, folder) as (host, key, pid):
            run(f"http://{host}", key, names, folder, imported, pid)


def run(base, key, names, folder, imported, pid):
    photos = sorted(p for p in PHOTOS.rglob("*.jpg"))
    photos = photos[:: max(1, len(photos) // 200)][:200]
    for n, photo in enumerate(photos):
        call(base, key, "PUT", f"/api/v1/products/P-{n}", {"title": f"photo {n}", "images": [{"base64": base64.b64encode(photo.read_bytes()).decode()}]})
    waits = []
    for n in range(20):
        call(base, key, "PUT", f"/api/v1/products/F-{n}", {"title": f"새로나온상품 zq{n}x"})
        put = time.monotonic()
        while call(base, key, "POST", "/api/v1/search", {"words": f"zq{n}x"})["total"] == 0:
            time.sleep(0.005)
        waits.append(time.monotonic() - put)
    queries = [json.dumps({"words": query(names), "limit": 24}, ensure_ascii=False) for _ in range(500)]
    matched = [call(base, key, "POST", "/api/v1/search", json.loads(q))["total"] for q in queries[:100]]
    lua(folder / "words.lua", key, queries, "application/json")
    wrk(base, folder / "words.lua", 1, 32, 3)
    by_words = wrk(base, folder / "words.lua", 1, 32, 20)
    bodies = [json.dumps({"image": {"base64": base64.b64encode(p.read_bytes()).decode()}}) for p in photos[:60]]
    lua(folder / "photos.lua", key, bodies, "application/json")
    wrk(base, folder / "photos.lua", 1, 4, 3)
    by_photo = wrk(base, folder / "photos.lua", 1, 4, 20)
    print(f"\n{PRODUCTS} products imported in {imported:.1f} s ({PRODUCTS / imported:.0f}/s); a query matches {sum(matched) / len(matched):.0f} of them, {matched.count(0)} of 100 none")
    print("\n| what | a second | p50 | p99 | not 2xx | socket errors |\n|---|---|---|---|---|---|")
    for name, f in [("words, 32 connections", by_words), ("photos, 4 connections", by_photo)]:
        print(f"| {name} | {f['rate']:.0f} | {f['p50']} | {f['p99']} | {f['errors']} | {f['sockets']} |")
    waits.sort()
    print(f"\na put product is found after {waits[10] * 1000:.0f} ms (median of 20), {waits[-1] * 1000:.0f} ms at most; peak memory of the server {memory(pid)} MB")


main()
