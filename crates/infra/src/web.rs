//! The URLs of this server and of the pages that links in mails lead to.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The placeholder in a [`PageUrl`] for the public URL.
const PLACEHOLDER: &str = "{public_url}";

/// The URL under which clients reach the server: scheme, host and port, without a trailing `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

/// The text is not a valid [`PublicUrl`]. The error's text follows the name of the value, and does not repeat the
/// value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an http or https URL of a host and an optional port without a path, such as `https://accounts.example.org`"
)]
pub struct InvalidPublicUrl;

impl PublicUrl {
    /// The URL, such as `https://accounts.example.org`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether clients connect with TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl FromStr for PublicUrl {
    type Err = InvalidPublicUrl;

    fn from_str(text: &str) -> Result<Self, InvalidPublicUrl> {
        web_url(text)
            .filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
            .map(|url| Self(url.origin().ascii_serialization()))
            .ok_or(InvalidPublicUrl)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The URL of a page. The URL has no query, so `?token=...` can be added, and no character that HTML must escape. The
/// text `{public_url}` in it stands for the URL of this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageUrl(String);

/// The text is not a valid [`PageUrl`]. The error's text follows the name of the value, and does not repeat the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an http or https URL in ASCII without quotes, spaces and the characters `?&<>{{}}`, such as \
     `{{public_url}}/verify` or `https://www.example.org/verify`"
)]
pub struct InvalidPageUrl;

impl PageUrl {
    /// The page's URL, on a server with this public URL.
    #[must_use]
    pub fn on(&self, public_url: &PublicUrl) -> String {
        self.0.replace(PLACEHOLDER, public_url.as_str())
    }
}

impl FromStr for PageUrl {
    type Err = InvalidPageUrl;

    fn from_str(text: &str) -> Result<Self, InvalidPageUrl> {
        let filled = text.replace(PLACEHOLDER, "http://localhost");
        let unfit = |c: char| !c.is_ascii_graphic() || "?&\"'<>{}".contains(c);
        match !filled.contains(unfit) && web_url(&filled).is_some() {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidPageUrl),
        }
    }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Parses an http or https URL that has neither a user nor a password.
fn web_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_url_is_an_origin_and_a_slash_at_its_end_is_dropped() {
        for (text, origin) in [
            ("https://a.example.org/", "https://a.example.org"),
            ("https://a.example.org:443", "https://a.example.org"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("HTTP://LOCALHOST:80", "http://localhost"),
        ] {
            let url: PublicUrl = text.parse().expect("a valid URL");
            assert_eq!(url.as_str(), origin);
            assert_eq!(url.is_https(), text.starts_with("https"));
        }
        for text in [
            "",
            "a.org",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a/?b",
            "https://a#b",
            "https://u:hunter2@a",
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(InvalidPublicUrl), "{text:?}");
        }
    }

    #[test]
    fn a_page_may_hold_the_public_url_or_stand_alone() {
        let public_url: PublicUrl = "http://127.0.0.1:8080".parse().expect("a valid URL");
        for (text, page) in [
            ("{public_url}/verify", "http://127.0.0.1:8080/verify"),
            ("https://www.example.org/v", "https://www.example.org/v"),
            (
                "https://www.example.org/#/verify",
                "https://www.example.org/#/verify",
            ),
        ] {
            let url: PageUrl = text.parse().expect("a valid URL");
            assert_eq!(url.on(&public_url), page);
            assert_eq!(url.to_string(), text);
        }
    }

    #[test]
    fn nothing_in_the_url_of_a_page_can_end_a_line_an_attribute_or_the_path() {
        for text in [
            "",
            "/verify",
            "azuma.example",
            "{base}/verify",
            "{public_url}/v?a=b",
            "https://a b/",
            "https://a/ b",
            "https://a/\r\nX: y",
            "https://a/?b",
            "https://a/\"onclick=",
            "https://u:hunter2@a",
            "javascript:alert(1)",
        ] {
            assert_eq!(text.parse::<PageUrl>(), Err(InvalidPageUrl), "{text:?}");
        }
    }
}
