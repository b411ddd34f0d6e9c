"""Figures of the console: first byte of its pages at 50 requests a second, the weight of the catalogue, and sign-ins under attack.

    python3 bench/http/console.py target/release/vestry [SECONDS]

Makes the demo (240 products) once, serves it behind a proxy's header, so that many addresses can be played, signs in as
its owner, its officer and its operator and asks for every page of theirs for SECONDS (60) at an even pace. Then a minute of 1,000 wrong passwords from 100 addresses
against one member, while others sign in. Needs Python 3.11, no packages; prints tables.
"""

import gzip, http.client, pathlib, re, subprocess, sys, tempfile, threading, time, urllib.parse
from serving import percentile, serving

VESTRY = pathlib.Path(sys.argv[1]).resolve()
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
RATE, TRIES, ADDRESSES = 50, 1_000, 100
PAGES = {
    "owner": ["/catalogue", "/search?words=%EC%9B%90%ED%94%BC%EC%8A%A4", "/products/{sku}", "/recommendations", "/review", "/taught", "/trends",
              "/trends/searches", "/trends/quality", "/trends/usage", "/imports", "/keys", "/team", "/me", "/me/security", "/policy"],
    "officer": ["/office", "/office/sweep", "/office/policy", "/office/notices", "/office/desk", "/office/people", "/office/sessions"],
    "operator": ["/office/staff"],
}


def ask(host, method, path, fields=None, headers=None, address="198.51.100.1"):
    """Status, headers, body and the seconds until the answer's first byte."""
    connection = http.client.HTTPConnection(host, timeout=60)
    body = urllib.parse.urlencode(fields) if fields else None
    all_headers = {"x-forwarded-for": address, "accept-encoding": "gzip", **(headers or {})}
    if body:
        all_headers["content-type"] = "application/x-www-form-urlencoded"
    start = time.perf_counter()
    connection.request(method, path, body=body, headers=all_headers)
    answer = connection.getresponse()
    first = time.perf_counter() - start
    data = answer.read()
    connection.close()
    return answer.status, answer.headers, data, first


def sign_in(host, mail, password, address, code=None):
    door, second = ("/sign-in", {}) if code is None else ("/office/sign-in", {"code": code})
    fields = {"email": mail, "password": password, "next": "/me", **second}
    status, headers, _, first = ask(host, "POST", door, fields, address=address)
    return status, (headers.get("set-cookie") or "").split(";")[0], first


def plain(headers, data):
    return (gzip.decompress(data) if headers.get("content-encoding") == "gzip" else data).decode()


def pages(host, cookies):
    _, headers, data, _ = ask(host, "GET", "/catalogue", headers={"cookie": cookies["owner"]})
    sku = re.search(r'href="/products/([^"/]+)"', plain(headers, data))[1]
    asked = [(who, page.format(sku=sku)) for who, of in PAGES.items() for page in of]
    times, wrong, threads, lock = {page: [] for _, page in asked}, [], [], threading.Lock()

    def one(who, page):
        status, _, _, first = ask(host, "GET", page, headers={"cookie": cookies[who]})
        with lock:
            times[page].append(first)
            if status != 200:
                wrong.append((page, status))

    start = time.perf_counter()
    for n in range(RATE * SECONDS):
        wait = start + n / RATE - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        threads.append(threading.Thread(target=one, args=asked[n % len(asked)]))
        threads[-1].start()
    for thread in threads:
        thread.join()
    print(f"\n{RATE} requests a second for {SECONDS} s, {len(wrong)} not 200 {wrong[:3]}\n\n| page | first byte p50 | p99 |\n|---|---|---|")
    for page, seconds in times.items():
        print(f"| `{page.split('?')[0]}` | {percentile(seconds, .5):.1f} ms | {percentile(seconds, .99):.1f} ms |")
    print(f"| all | {percentile(sum(times.values(), []), .5):.1f} ms | {percentile(sum(times.values(), []), .99):.1f} ms |")
    weight, parts = len(data), re.findall(r'(?:href|src)="(/assets/[^"]+)"', plain(headers, data))
    for part in set(parts):
        weight += len(ask(host, "GET", part.split("#")[0])[2])
    print(f"\nthe catalogue without pictures: {weight / 1000:.1f} kB on the line, {len(set(parts))} assets with it")


def memory(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def attack(host, pid, password):
    before, answers, others, stop = memory(pid), {}, [], time.perf_counter() + 60

    def wrong(n):
        status, _, _ = sign_in(host, "editor@demo.example", f"wrong-{n}", f"203.0.113.{n % ADDRESSES}")
        answers[status] = answers.get(status, 0) + 1

    def well():
        while time.perf_counter() < stop:
            status, _, first = sign_in(host, "viewer@demo.example", password, "198.51.100.7")
            others.append((status, first))
            time.sleep(2)

    beside = threading.Thread(target=well)
    beside.start()
    threads, start = [], time.perf_counter()
    for n in range(TRIES):
        wait = start + n * 60 / TRIES - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        threads.append(threading.Thread(target=wrong, args=(n,)))
        threads[-1].start()
    for thread in threads + [beside]:
        thread.join()
    locked, _, _ = sign_in(host, "editor@demo.example", password, "198.51.100.8")
    print(f"\n{TRIES} wrong passwords in a minute from {ADDRESSES} addresses: answers by status {dict(sorted(answers.items()))}; the member "
          f"with the right password meanwhile {locked}; {sum(s == 303 for s, _ in others)} of {len(others)} sign-ins of another member went through, "
          f"{percentile([t for _, t in others], .5):.0f} ms in the middle; memory {before:.0f} MB before, {memory(pid):.0f} MB after")


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        demo = subprocess.Popen([VESTRY, "demo", "--data", folder / "data", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)
        password, codes = None, {}
        for line in demo.stdout:
            if found := re.search(r"password (demo-\w+)", line):
                password = found[1]
            if found := re.match(r"\s+(officer|operator)@demo\.example", line):
                whose = found[1]
            if password and (found := re.match(r"\s+((?:\w{4}-){3}\w{4})\b", line)):
                codes.setdefault(whose, found[1])
            if "Ctrl-C" in line:
                break
        threading.Thread(target=demo.stdout.read, daemon=True).start()
        demo.terminate()
        demo.wait()
        with serving(VESTRY, folder, "--behind-proxy") as (host, _, pid):
            cookies = {}
            for who in PAGES:
                status, cookies[who], _ = sign_in(host, f"{who}@demo.example", password, "198.51.100.1", codes.get(who))
                assert status == 303, (who, status)
            pages(host, cookies)
            attack(host, pid, password)


main()
