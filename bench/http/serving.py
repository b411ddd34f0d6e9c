"""A server on loopback, for as long as something is measured or tried."""

import contextlib, http.client, json, re, subprocess, threading


class Client:
    """One connection that stays open, for documents, under a key."""

    def __init__(self, host, key):
        self.conn = http.client.HTTPConnection(host, timeout=600)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def __call__(self, method, path, body=None):
        self.conn.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        answer = self.conn.getresponse()
        text = answer.read()
        assert answer.status < 300, (answer.status, text[:300])
        return json.loads(text)


def percentile(times, part):
    """In milliseconds, of seconds."""
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * part))] * 1000


@contextlib.contextmanager
def serving(vestry, folder, *arguments, settings=""):
    """The host and port, the key that the first start prints (or None) and the process's id of a server over `folder`/data, which
    nobody holds to a number of requests."""
    (folder / "config.toml").write_text("[server]\nrequests_per_second = 1000000\n" + settings)
    server = subprocess.Popen([vestry, "serve", "--data", folder / "data", "--config", folder / "config.toml", "--listen", "127.0.0.1:0",
                               *arguments], stderr=subprocess.PIPE, text=True)
    try:
        key = host = None
        for line in server.stderr:
            key = key or (re.search(r"vs_\w+", line) or [None])[0]
            if found := re.search(r"http://([\d.:]+)", line):
                host = found[1]
                break
        assert host, "the server did not start"
        # What it says later is nobody's, and must not fill the pipe.
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield host, key, server.pid
    finally:
        server.terminate()
        server.wait()
