//! On a phone and in the dark.

use azuma_tests::browser::{Browser, Look, Scheme};
use azuma_tests::people::Person;

use super::{recovery, started};

/// The lowest contrast of a text with its background (WCAG 2.1): 1 to 21.
const CONTRAST: &str = "(() => {
    const light = colour => {
        const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (element, ground) => {
        const [a, b] = [light(getComputedStyle(element).color), light(getComputedStyle(ground).backgroundColor)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const button = document.querySelector('button');
    const texts = [...document.querySelectorAll('h1, p, dt, dd, label, input, button.other')];
    return Math.min(contrast(button, button), ...texts.map(text => contrast(text, document.body)));
})()";

#[tokio::test]
async fn pages_are_legible_on_a_phone_and_a_desk_in_the_light_and_in_the_dark() {
    let server = started();
    let (_, link) = recovery(&server).await;
    let waiting = Person::named("trinity");
    server.account().ask_for_account(&waiting).await;
    let verify = server.mail().first_to(&waiting.email).await.link();
    let page = |name: &str| format!("http://{}/{name}", server.address());
    let (recover, register) = (page("recover"), page("register"));
    for scheme in [Scheme::Light, Scheme::Dark] {
        for width in [320, 1280] {
            let look = Look {
                scheme,
                width,
                ..Look::default()
            };
            let browser = Browser::start(look).await;
            for (name, url) in [
                ("reset", &link),
                ("recover", &recover),
                ("register", &register),
                ("verify", &verify),
            ] {
                browser.open(url).await;
                let what = format!("{name}-{scheme:?}-{width}");
                browser.screenshot(&what).await;
                let dark = browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches");
                assert_eq!(dark.await, scheme == Scheme::Dark, "{what}");
                let contrast = browser.evaluate(CONTRAST).await.as_f64().expect("a number");
                assert!(contrast >= 4.5, "{what}: the contrast is {contrast}");
                let wide = browser
                    .evaluate("document.documentElement.scrollWidth")
                    .await;
                assert!(wide.as_u64() <= Some(width.into()), "{what}: {wide} wide");
                let size = "parseFloat(getComputedStyle(document.body).fontSize)";
                let size = browser.evaluate(size).await.as_f64();
                assert!(size >= Some(16.0), "{what}: letters of {size:?}");
                let high = "document.querySelector('button').getBoundingClientRect().height";
                let high = browser.evaluate(high).await.as_f64();
                assert!(high >= Some(44.0), "{what}: a button {high:?} high");
            }
        }
    }
}
