//! A device in words, from what its browser says of itself. Anybody may write anything there, so it is a hint and no proof.

use azuma_domain::mail::Language;

/// The most characters shown of a program's name.
const MAX_PROGRAM_CHARS: usize = 40;

/// A mark of a browser, and its name. Browsers claim to be others as well, so the first that is found counts.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// A mark of a system, and its name; the first that is found counts.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// The device in words, such as "Firefox on Linux", or the name of the program, such as "curl".
pub fn device(language: Language, user_agent: Option<&str>) -> String {
    let Some(user_agent) = user_agent else {
        return unknown(language);
    };
    if !user_agent.starts_with("Mozilla/") {
        return program(user_agent).unwrap_or_else(|| unknown(language));
    }
    let on = match language {
        Language::English => "on",
        Language::German => "auf",
    };
    match (first(&BROWSERS, user_agent), first(&SYSTEMS, user_agent)) {
        (Some(browser), Some(system)) => format!("{browser} {on} {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => unknown(language),
    }
}

fn first(marks: &[(&str, &'static str)], text: &str) -> Option<&'static str> {
    let found = marks.iter().find(|(mark, _)| text.contains(mark));
    found.map(|(_, name)| *name)
}

/// The name at the front: `curl` of `curl/8.5.0`.
fn program(user_agent: &str) -> Option<String> {
    let name = user_agent.split(['/', ' ', ';', '(']).next()?;
    (!name.is_empty()).then(|| name.chars().take(MAX_PROGRAM_CHARS).collect())
}

fn unknown(language: Language) -> String {
    match language {
        Language::English => "Unknown device",
        Language::German => "Unbekanntes Gerät",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_with_its_system_and_a_program_by_its_name() {
        for (user_agent, words) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 \
                 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/26.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile \
                 Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/26.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            ("Mozilla/5.0 (Haiku)", "Unknown device"),
            ("curl/8.5.0", "curl"),
            ("/", "Unknown device"),
        ] {
            let seen = device(Language::English, Some(user_agent));
            assert_eq!(seen, words, "{user_agent}");
        }
        assert_eq!(device(Language::German, None), "Unbekanntes Gerät");
    }

    #[test]
    fn a_long_name_of_a_program_is_cut() {
        let long = "ä".repeat(200);
        assert_eq!(device(Language::English, Some(&long)).chars().count(), 40);
    }
}
