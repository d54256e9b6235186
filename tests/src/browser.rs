//! Chromium without a window, by the WebDriver protocol (W3C) as far as pages with forms take it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::deadline::Deadline;
use crate::process::{self, Signal};
use crate::scratch;
use crate::server::workspace;

/// How the browser and its user are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether pages may run scripts.
    pub scripts: Scripts,
    /// What its user prefers.
    pub scheme: Scheme,
    /// Its width in CSS pixels.
    pub width: u32,
    /// The language its user reads.
    pub language: &'static str,
}

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Scripts {
    On,
    Off,
}

/// What a page's colours are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Scheme {
    Light,
    Dark,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            scripts: Scripts::On,
            scheme: Scheme::Light,
            width: 1024,
            language: "en",
        }
    }
}

/// A browser with one window. It ends when dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    client: Client,
    session: String,
}

/// How many seconds a page may take.
const PATIENCE: u64 = 10;
/// How often chromedriver is started at most until it has a port.
const MOST_DRIVERS: usize = 5;

/// The Tab and the Enter key (WebDriver, "Keyboard actions").
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
/// How often the Tab key is pressed at most to reach something.
const MOST_TABS: usize = 60;
/// The text of what is focused, or of its label.
const FOCUSED: &str =
    "(() => { const at = document.activeElement; return at.labels?.length && at.tagName === 'INPUT'
    ? at.labels[0].innerText : at.innerText })()";

/// What WebDriver calls an element's id.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// Starts one.
    pub async fn start(look: Look) -> Self {
        let (driver, port) = start_driver();
        let client = Client::builder()
            .no_proxy()
            .build()
            .expect("an HTTP client");
        let mut browser = Self {
            driver,
            client,
            session: format!("http://127.0.0.1:{port}/session"),
        };
        let opened = browser.post("", capabilities(look)).await;
        let id = opened["sessionId"].as_str().expect("a session").to_owned();
        browser.session = format!("{}/{id}", browser.session);
        // An element that is looked for may still be on its way.
        let waits = json!({"implicit": PATIENCE * 1000});
        browser.post("/timeouts", waits).await;
        browser.imitate(look).await;
        browser
    }

    /// Goes to a page.
    pub async fn open(&self, url: &str) {
        self.post("/url", json!({"url": url})).await;
    }

    /// Types into the field that a label of this text is for.
    pub async fn fill(&self, label: &str, text: &str) {
        let path = format!("//input[@id=//label[normalize-space()='{label}']/@for]");
        let field = self.find(&path).await;
        self.post(&format!("/element/{field}/value"), json!({"text": text}))
            .await;
    }

    /// Clicks the button or link of this text, and waits for the page it leads to.
    pub async fn click(&self, text: &str) {
        let root = self.find("/html").await;
        self.press(text).await;
        self.wait_until_left(&root, text).await;
    }

    /// Goes on with the Tab key until what has this text is focused: a button, a link, or the field of a label.
    pub async fn tab_to(&self, text: &str) {
        for _ in 0..MOST_TABS {
            let focused = self.evaluate(FOCUSED).await;
            if focused.as_str().map(str::trim) == Some(text) {
                return;
            }
            self.keys(TAB).await;
        }
        panic!("the Tab key does not lead to {text}");
    }

    /// Types into what is focused.
    pub async fn keys(&self, keys: &str) {
        let active = self.get("/element/active").await;
        let active = active[ELEMENT].as_str().expect("an element");
        self.post(&format!("/element/{active}/value"), json!({"text": keys}))
            .await;
    }

    /// Presses Enter on what is focused, and waits for the page it leads to.
    pub async fn enter(&self) {
        let root = self.find("/html").await;
        self.keys(ENTER).await;
        self.wait_until_left(&root, "Enter").await;
    }

    /// What axe-core finds wrong with the page: its rules, each with the elements that break it.
    pub async fn accessibility_problems(&self) -> Vec<String> {
        let axe = include_str!("../axe-core/axe.min.js");
        self.evaluate_script(axe).await;
        let run = "const done = arguments[arguments.length - 1]; axe.run().then(found => done(found.violations.map(
            rule => rule.id + ': ' + rule.nodes.map(node => node.html).join(' '))));";
        let found = self
            .post("/execute/async", json!({"script": run, "args": []}))
            .await;
        let problems = found.as_array().expect("a list").iter();
        problems
            .map(|problem| problem.as_str().expect("a text").to_owned())
            .collect()
    }

    async fn evaluate_script(&self, script: &str) {
        self.post("/execute/sync", json!({"script": script, "args": []}))
            .await;
    }

    /// Waits until the page with this root is gone.
    async fn wait_until_left(&self, root: &str, text: &str) {
        let deadline = Deadline::in_seconds(PATIENCE);
        let name = format!("/element/{root}/name");
        while self.ask(Method::GET, &name, None).await.is_ok() {
            assert!(!deadline.is_over(), "{text} leads nowhere");
            deadline.step().await;
        }
    }

    /// Clicks the button or link of this text, and stays.
    pub async fn press(&self, text: &str) {
        let path = format!("//*[self::button or self::a][normalize-space()='{text}']");
        let element = self.find(&path).await;
        self.post(&format!("/element/{element}/click"), json!({}))
            .await;
    }

    /// The heading of the page.
    pub async fn heading(&self) -> String {
        let heading = self.find("//h1").await;
        let text = self.get(&format!("/element/{heading}/text")).await;
        text.as_str().expect("a text").to_owned()
    }

    /// All the text that is seen.
    pub async fn text(&self) -> String {
        let body = self.find("//body").await;
        let text = self.get(&format!("/element/{body}/text")).await;
        text.as_str().expect("a text").to_owned()
    }

    /// The value of a script, which runs even where pages may run none.
    pub async fn evaluate(&self, script: &str) -> Value {
        let script = format!("return {script}");
        self.post("/execute/sync", json!({"script": script, "args": []}))
            .await
    }

    /// Waits until a script's value is this number, for a page that a script draws.
    pub async fn waits_for(&self, script: &str, number: u64) {
        let deadline = Deadline::in_seconds(30);
        while self.evaluate(script).await != json!(number) {
            assert!(!deadline.is_over(), "{script}: {}", self.text().await);
            deadline.step().await;
        }
    }

    /// Saves a picture of the page as `target/screenshots/{name}.png`, for people to look at.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let picture = self.get("/screenshot").await;
        let picture = picture
            .as_str()
            .and_then(|text| BASE64_STANDARD.decode(text).ok());
        let directory = workspace().join("target/screenshots");
        let path = directory.join(format!("{name}.png"));
        std::fs::create_dir_all(&directory)
            .and_then(|()| std::fs::write(&path, picture.expect("a picture")))
            .unwrap_or_else(|error| panic!("cannot keep {}: {error}", path.display()));
        path
    }

    /// Sets what no command-line argument sets.
    async fn imitate(&self, look: Look) {
        let scheme = match look.scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        for (command, parameters) in [
            ("Emulation.setEmulatedMedia", json!({"features": features})),
            (
                "Emulation.setDeviceMetricsOverride",
                json!({"width": look.width, "height": 740, "deviceScaleFactor": 1, "mobile": look.width < 600}),
            ),
        ] {
            let body = json!({"cmd": command, "params": parameters});
            self.post("/goog/cdp/execute", body).await;
        }
    }

    async fn find(&self, path: &str) -> String {
        let query = json!({"using": "xpath", "value": path});
        let found = self.post("/element", query).await;
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    async fn get(&self, command: &str) -> Value {
        let answer = self.ask(Method::GET, command, None).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    async fn post(&self, command: &str, body: Value) -> Value {
        let answer = self.ask(Method::POST, command, Some(&body)).await;
        answer.unwrap_or_else(|error| panic!("{command} {body}: {error}"))
    }

    /// What the driver answers, or what error.
    async fn ask(
        &self,
        method: Method,
        command: &str,
        body: Option<&Value>,
    ) -> Result<Value, Value> {
        let url = format!("{}{command}", self.session);
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.expect("chromedriver answers");
        let is_success = answer.status().is_success();
        let mut answer: Value = answer.json().await.expect("chromedriver answers JSON");
        match is_success {
            true => Ok(answer["value"].take()),
            false => Err(answer["value"]["message"].take()),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        process::kill_group(&self.driver);
        let _ = self.driver.wait();
    }
}

fn capabilities(look: Look) -> Value {
    let home = scratch::fresh_directory("browser");
    let may_run = match look.scripts {
        Scripts::On => 1,
        Scripts::Off => 2,
    };
    let arguments = json!([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        format!("--user-data-dir={}", home.display()),
        format!("--accept-lang={}", look.language),
    ]);
    let preferences = json!({
        "profile.managed_default_content_settings.javascript": may_run,
        "intl.accept_languages": look.language,
    });
    json!({"capabilities": {"alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": {"args": arguments, "prefs": preferences},
    }}})
}

/// Chromedriver on a port that it chose. It takes the port on IPv4 and then on IPv6, and exits where somebody has the
/// second one by then.
fn start_driver() -> (Child, u16) {
    let mut drivers = (0..MOST_DRIVERS).filter_map(|_| try_driver());
    drivers.next().expect("a port that chromedriver listens on")
}

/// `None` if it exits before it listens.
fn try_driver() -> Option<(Child, u16)> {
    let mut command = Command::new("chromedriver");
    command
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0);
    let mut driver = process::spawn(command, Signal::Kill).unwrap_or_else(|error| {
        panic!("no chromedriver: {error}; as root: apt-get install chromium chromium-driver")
    });
    let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
    let said = lines.by_ref().map_while(Result::ok);
    let port = said
        .filter_map(|line| {
            line.split_once("successfully on port ")
                .map(|(_, port)| port.to_owned())
        })
        .find_map(|port| port.trim_end_matches('.').parse().ok());
    let Some(port) = port else {
        driver.wait().expect("it has ended");
        return None;
    };
    // A full pipe would block it, so the rest is read too.
    thread::spawn(move || lines.for_each(drop));
    Some((driver, port))
}
