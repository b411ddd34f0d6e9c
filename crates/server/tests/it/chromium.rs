//! A headless Chromium, driven over its debugging pipe: messages are JSON, each ended by a zero byte.

use serde_json::{Value, json};
use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};
use tempfile::TempDir;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Chromium {
    process: Child,
    commands: File,
    messages: Receiver<Value>,
    session: String,
    last: u64,
    /// What the page complained of: errors, and what the content policy refused.
    pub(crate) complaints: Vec<String>,
    /// Files that came whole.
    downloads: u32,
    folder: TempDir,
}

/// The browser to use; `None` (said on stderr) where there is none. `VESTRY_CHROMIUM` names it and makes it a must.
fn program() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("VESTRY_CHROMIUM") {
        return Some(path.into());
    }
    let folders = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&folders).map(|f| f.join("chromium")).find(|p| p.is_file());
    if found.is_none() {
        eprintln!("no Chromium: the pages were not looked at; install `chromium` or set VESTRY_CHROMIUM");
    }
    found
}

/// The script of axe-core that `VESTRY_AXE` names; `None` (said on stderr) without.
pub(crate) fn axe() -> Option<String> {
    let axe = std::env::var_os("VESTRY_AXE").map(|path| std::fs::read_to_string(path).expect("VESTRY_AXE is a script"));
    if axe.is_none() {
        eprintln!("no axe-core: pages were not held against WCAG; set VESTRY_AXE to axe.min.js");
    }
    axe
}

impl Chromium {
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// One with a camera of its own making, which every page may use.
    pub(crate) fn start_with_camera() -> Option<Self> {
        Self::start_with(&["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])
    }

    fn start_with(flags: &[&str]) -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().expect("a folder");
        let (input, output) = (folder.path().join("in"), folder.path().join("out"));
        let made = Command::new("mkfifo").args([&input, &output]).status().expect("mkfifo runs");
        assert!(made.success(), "mkfifo");
        // The browser reads its commands from descriptor 3 and answers on 4; a shell can open those.
        let process = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<\"$PIPE_IN\" 4>\"$PIPE_OUT\""])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--hide-scrollbars",
            ])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(flags)
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .env("PIPE_IN", &input)
            .env("PIPE_OUT", &output)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        let commands = File::options().write(true).open(&input).expect("the browser listens");
        let answers = File::open(&output).expect("the browser answers");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(answers).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { break };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            process,
            commands,
            messages,
            session: String::new(),
            last: 0,
            complaints: Vec::new(),
            downloads: 0,
            folder,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        browser.session = attached["sessionId"].as_str().expect("a session").into();
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Sends a command and waits for its answer, noting complaints on the way.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.commands.write_all(&bytes).expect("the browser runs");
        loop {
            let answer = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|e| panic!("{method}: {e}"));
            if answer["id"] == json!(self.last) {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.note(&answer);
        }
    }

    fn note(&mut self, event: &Value) {
        let entry = &event["params"]["entry"];
        if event["method"] == "Log.entryAdded" && entry["level"] == "error" {
            self.complaints.push(format!("{} {}", entry["text"], entry["url"]));
        }
        if event["method"] == "Runtime.exceptionThrown" {
            self.complaints.push(event["params"]["exceptionDetails"].to_string());
        }
        if event["method"] == "Browser.downloadProgress" && event["params"]["state"] == "completed" {
            self.downloads += 1;
        }
    }

    /// Opens a page and waits until it is there.
    pub(crate) fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({"url": url}));
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// The same where scripts are off, so that nothing on the page can wait.
    pub(crate) fn open_without_scripts(&mut self, url: &str) {
        self.call("Page.navigate", json!({"url": url}));
        let is_there = format!("document.readyState === 'complete' && location.href === {}", json!(url));
        let is_there = (0..20_000).any(|_| self.ask(&is_there) == json!(true));
        assert!(is_there, "{url} is not there: {}", self.ask("location.href"));
    }

    /// Takes the session of `cookie` at `base`, or none.
    pub(crate) fn sit_down(&mut self, base: &str, cookie: Option<&str>) {
        let cookie = cookie.and_then(|cookie| cookie.split_once('='));
        let cookie = cookie.map(|(name, value)| json!([{"name": name, "value": value, "url": base}]));
        self.swap_cookies(&cookie.unwrap_or_else(|| json!([])));
    }

    /// What an expression is on the page.
    pub(crate) fn ask(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", parameters);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression holds.
    #[track_caller]
    pub(crate) fn until(&mut self, condition: &str) {
        // A page that is being left cannot answer; the next one can.
        let parameters = json!({
            "expression": format!("new Promise(done => {{ const look = () => ({condition}) ? done(true) : setTimeout(look, 20); look(); setTimeout(() => done(false), 20000); }})"),
            "awaitPromise": true,
            "returnByValue": true,
        });
        for _ in 0..20 {
            self.last += 1;
            let message =
                json!({"id": self.last, "method": "Runtime.evaluate", "params": parameters, "sessionId": self.session});
            let mut bytes = message.to_string().into_bytes();
            bytes.push(0);
            self.commands.write_all(&bytes).expect("the browser runs");
            let answer = loop {
                let answer = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|e| panic!("{condition}: {e}"));
                if answer["id"] == json!(self.last) {
                    break answer;
                }
                self.note(&answer);
            };
            match &answer["result"]["result"]["value"] {
                Value::Bool(true) => return,
                Value::Bool(false) => panic!("never came true: {condition}; complaints: {:?}", self.complaints),
                _ => {}
            }
        }
        panic!("the page kept leaving: {condition}");
    }

    /// Waits until a promise brings `true`; it is asked for anew until it does.
    #[track_caller]
    pub(crate) fn until_told(&mut self, promise: &str) {
        let told = self.ask(&format!(
            "(async () => {{ for (const end = Date.now() + 20000; Date.now() < end;) {{ if (await {promise}) return true; \
             await new Promise(done => setTimeout(done, 20)); }} return false; }})()"
        ));
        assert_eq!(told, json!(true), "never came true: {promise}");
    }

    /// The width of the window, as on a phone or a desk.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let mobile = width < 600;
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}),
        );
    }

    /// Light or dark, and nothing that moves.
    pub(crate) fn prefer(&mut self, theme: &str) {
        let features = [("prefers-reduced-motion", "reduce"), ("prefers-color-scheme", theme)];
        let features = features.map(|(name, value)| json!({"name": name, "value": value}));
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// The rules of WCAG 2.1 A and AA that the page breaks, and where, by `axe`.
    pub(crate) fn broken_rules(&mut self, axe: &str) -> Value {
        // The engine's own measuring must not be refused by the page's content policy.
        self.ask(&format!("{axe}; true"));
        self.ask(
            "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(r => r.passes.length < 5 ? 'axe saw nothing' : r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + (n.any[0] || n.all[0] || n.none[0] || {}).message).join(' | ')))",
        )
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            key if key.chars().count() == 1 => key,
            _ => "",
        };
        self.call("Input.dispatchKeyEvent", json!({"type": "keyDown", "key": key, "text": text}));
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key}));
    }

    /// Types where the focus is.
    pub(crate) fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Puts a file into a file field, as if it had been chosen there.
    pub(crate) fn choose_file(&mut self, field: &str, file: &Path) {
        let root = self.call("DOM.getDocument", json!({"depth": 0}))["root"]["nodeId"].clone();
        let field = self.call("DOM.querySelector", json!({"nodeId": root, "selector": field}))["nodeId"].clone();
        self.call("DOM.setFileInputFiles", json!({"nodeId": field, "files": [file]}));
    }

    /// Presses a link to a file; where the file is, once it is there whole.
    pub(crate) fn download(&mut self, link: &str) -> PathBuf {
        let before = self.downloads;
        let folder = self.folder.path().join(format!("download-{before}"));
        std::fs::create_dir(&folder).expect("a folder");
        let wish = json!({"behavior": "allow", "downloadPath": folder, "eventsEnabled": true});
        self.call("Browser.setDownloadBehavior", wish);
        self.ask(&format!("document.querySelector({}).click(); true", json!(link)));
        while self.downloads == before {
            let event = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|e| panic!("{link}: {e}"));
            self.note(&event);
        }
        let file = std::fs::read_dir(&folder).expect("a folder").next().expect("a file").expect("a file");
        file.path()
    }

    /// Puts what another browser keeps in place of what this one keeps, which it returns.
    pub(crate) fn swap_cookies(&mut self, others: &Value) -> Value {
        let kept = self.call("Network.getAllCookies", json!({}))["cookies"].clone();
        self.call("Network.clearBrowserCookies", json!({}));
        self.call("Network.setCookies", json!({"cookies": others}));
        kept
    }

    /// Drags from one point to another.
    pub(crate) fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        let event = |kind: &str, (x, y): (f64, f64), buttons: u8| json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1});
        self.call("Input.dispatchMouseEvent", event("mousePressed", from, 1));
        self.call("Input.dispatchMouseEvent", event("mouseMoved", to, 1));
        self.call("Input.dispatchMouseEvent", event("mouseReleased", to, 0));
    }

    /// Keeps a picture of the page in `VESTRY_SCREENSHOTS`, if that names a folder.
    pub(crate) fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("VESTRY_SCREENSHOTS") else { return };
        let shot = self.call("Page.captureScreenshot", json!({"format": "png"}));
        use base64::Engine;
        let bytes =
            base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap_or("")).expect("base64");
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), bytes).expect("the picture is kept");
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
