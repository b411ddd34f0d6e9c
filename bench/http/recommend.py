"""What one server process makes of visitors: events taken in, lists by HTTP, shares of values, one visitor forgotten.

    python3 bench/http/recommend.py target/release/vestry [PRODUCTS [VISITORS [EACH]]]

Imports PRODUCTS (20,000) titles of eight colours without pictures, serves them on loopback, tells what VISITORS (100,000) did with EACH (20)
products, seven in ten of them of one of a hundred tastes, waits until the server has fitted that, and asks for lists on two
connections that stay open, and for shares of colours. Needs Python 3.11, no packages. Everything is seeded; prints one table.
"""

import csv, pathlib, random, re, subprocess, sys, tempfile, threading, time
from serving import Client, percentile, serving

VESTRY = pathlib.Path(sys.argv[1])
PRODUCTS, VISITORS, EACH = [int(a) for a in sys.argv[2:5]] + [20_000, 100_000, 20][len(sys.argv[2:5]):]
TASTES = 100
COLOURS = ["black", "white", "navy", "red", "beige", "grey", "green", "blue"]
dice = random.Random(2026)


def item(taste):
    rank = min(PRODUCTS - 1, int(PRODUCTS ** dice.random()) - 1)
    return min(PRODUCTS - 1, rank - rank % TASTES + taste) if dice.random() < 0.7 else rank


def events(visitor):
    taste = visitor % TASTES
    kinds = ["view"] * 5 + ["click", "cart", "purchase"]
    return [{"kind": dice.choice(kinds), "visitor": f"visitor-{visitor}", "sku": f"B-{item(taste)}"} for _ in range(EACH)]


def percentiles(times):
    return tuple(percentile(times, part) for part in (0.5, 0.99))


def lists(base, key, bodies):
    """How long each answer takes, on two connections at once."""
    times = []

    def ask(part):
        client = Client(base, key)
        for body in part:
            began = time.perf_counter()
            client("POST", "/api/v1/recommend", body)
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=ask, args=(bodies[n::2],)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return percentiles(times)


def run(base, key, pid):
    client, began = Client(base, key), time.monotonic()
    waiting = []
    for visitor in range(VISITORS):
        waiting += events(visitor)
        if len(waiting) + EACH > 1000 or visitor == VISITORS - 1:
            client("POST", "/api/v1/events", {"events": waiting})
            waiting = []
    told = time.monotonic() - began
    began = time.monotonic()
    while client("GET", "/api/v1/recommend")["visitors"] < VISITORS:
        time.sleep(1)
    fitted = time.monotonic() - began
    print(f"{VISITORS * EACH} events in {told:.0f} s ({VISITORS * EACH / told:.0f} a second); fitted {fitted:.0f} s later")
    print("\n| list | p50 | p99 |\n|---|---|---|")
    who = lambda: f"visitor-{dice.randrange(VISITORS)}"
    sku = lambda: f"B-{item(dice.randrange(TASTES))}"
    wanted = {
        "for-you": lambda: {"list": "for-you", "visitor": who()},
        "goes-with": lambda: {"list": "goes-with", "sku": sku()},
        "similar": lambda: {"list": "similar", "sku": sku()},
        "popular": lambda: {"list": "popular"},
    }
    for name, body in wanted.items():
        lists(base, key, [body() for _ in range(200)])
        p50, p99 = lists(base, key, [body() for _ in range(4_000)])
        print(f"| {name} | {p50:.1f} ms | {p99:.1f} ms |")
    shares = lambda: client("GET", "/api/v1/insights/shares?source=clicks&attribute=colour")
    began = time.monotonic()
    of = shares()["periods"][-1]["of"]
    print(f"\nshares of clicks of {of} visitors counted in {time.monotonic() - began:.1f} s", end="; ")
    times = []
    for _ in range(500):
        began = time.perf_counter()
        shares()
        times.append(time.perf_counter() - began)
    print("asked again p50 {:.1f} ms, p99 {:.1f} ms".format(*percentiles(times)))
    began = time.monotonic()
    forgotten = client("POST", "/api/v1/visitors:forget", {"visitor": who()})
    print(f"\none of {VISITORS} visitors ({forgotten['rows']} rows) forgotten in {time.monotonic() - began:.1f} s")
    peak = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]
    print(f"peak memory of the server {int(peak) // 1024} MB")


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with open(folder / "feed.csv", "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["sku", "title", "tag:colour"])
            rows.writerows([f"B-{n}", f"product {n}", COLOURS[n % len(COLOURS)]] for n in range(PRODUCTS))
        data = folder / "data"
        subprocess.run([VESTRY, "admin", "init", "--data", data], check=True, stdin=subprocess.DEVNULL)
        subprocess.run([VESTRY, "import", folder / "feed.csv", "--data", data, "--org", "shop"], check=True)
        with serving(VESTRY, folder) as (host, key, pid):
            run(host, key, pid)


main()
