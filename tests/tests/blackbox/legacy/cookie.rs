//! The cookie that a refresh sets.

use azuma_tests::moments::{days, expect_in};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

#[on_both_databases]
async fn is_for_the_whole_site_out_of_reach_of_scripts_and_secure_where_the_public_url_is(
    db: Database,
) {
    for (public_url, is_secure) in [
        ("http://azuma.example", false),
        ("https://azuma.example", true),
    ] {
        let setup = db.server().set("http.public_url", public_url);
        let server = setup.set("sessions.rotating.renew_within", "30d").start();
        let token = server.legacy().sign_up(&Person::named("neo")).await.token;
        let answer = server.legacy().me_by_cookie(&token).await;
        let cookie = answer.header("Set-Cookie").expect("a refresh sets it");
        let attributes = cookie.to_lowercase();
        let attributes: Vec<_> = attributes.split(';').skip(1).map(str::trim).collect();
        for expected in ["path=/", "httponly", "samesite=lax"] {
            assert!(attributes.contains(&expected), "{expected}: {cookie}");
        }
        assert_eq!(attributes.contains(&"secure"), is_secure, "{cookie}");
        let mut parts = cookie.split("; ");
        let end = parts.find_map(|part| part.strip_prefix("Expires="));
        let end = OffsetDateTime::parse(end.expect("an end"), &Rfc2822);
        expect_in(days(30), end.expect("a date of HTTP"));
    }
}
