"""The API under what Schemathesis makes of its OpenAPI document: no answer may be a failure of ours (5xx).

    python3 tests/api/fuzz.py target/debug/vestry [EXAMPLES]

Serves a few products on loopback and asks with `schemathesis` (PyPI, see tests/api/requirements.txt), EXAMPLES (30) for
each operation, once with a secret key and once with none. Keys are made, rotated and revoked as well, but the one that asks
(own_key.py). The seed is fixed. Ends with 1 when something failed.
"""

import os, pathlib, subprocess, sys, tempfile, urllib.request

HERE = pathlib.Path(__file__).resolve()
sys.path.append(str(HERE.parents[2] / "bench/http"))
from serving import Client, serving

VESTRY, EXAMPLES = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else "30"
SEED = "20261126"

FEED = """sku,title,price,colour
A-1,Navy wool coat,129000,navy
A-2,하늘색 린넨 셔츠,39000,sky-blue
A-3,Red knit dress,59000,red
"""


def ask(base, own, *arguments):
    command = ["schemathesis", "run", base + "/api/v1/openapi.json", "--url", base, "--checks", "not_a_server_error", "--seed", SEED,
               "--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all",
               "--generation-database", "none", "--no-color", *arguments]
    hooks = {"SCHEMATHESIS_HOOKS": "own_key", "PYTHONPATH": str(HERE.parent), "OWN_KEY": str(own)}
    return subprocess.run(command, env={**os.environ, **hooks}).returncode


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "feed.csv").write_text(FEED)
        # With a vault, so that what visitors do is taken in.
        subprocess.run([VESTRY, "admin", "init", "--data", folder / "data"], check=True, stdin=subprocess.DEVNULL)
        subprocess.run([VESTRY, "import", folder / "feed.csv", "--data", folder / "data", "--org", "shop"], check=True)
        with serving(VESTRY, folder) as (host, key, _):
            base = f"http://{host}"
            [own] = Client(host, key)("GET", "/api/v1/keys")
            with_key = ask(base, own["id"], "-H", f"Authorization: Bearer {key}")
            # Else most of what was asked was asked without a key.
            kept = [known for known in Client(host, key)("GET", "/api/v1/keys") if known["id"] == own["id"]]
            assert kept and kept[0].get("revoked") is None, kept
            without = ask(base, own["id"])
            alive = urllib.request.urlopen(base + "/healthz", timeout=10).status == 200
        sys.exit(0 if alive and with_key == 0 and without == 0 else 1)


main()
