//! The header `Azuma-Session` and the cookie `azuma_session`.

use azuma_tests::clients::{Answer, Me};
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

type Header = (&'static str, String);

fn header(token: &str) -> Header {
    ("Azuma-Session", token.to_owned())
}

/// One line with a cookie for each value.
fn cookies(values: &[&str]) -> Header {
    let pairs = values.iter().map(|value| format!("azuma_session={value}"));
    ("Cookie", pairs.collect::<Vec<_>>().join("; "))
}

struct Visitor {
    server: Server,
    neo: String,
    trinity: String,
}

async fn two_sessions(db: Database) -> Visitor {
    let server = db.server().start();
    let [neo, trinity] = ["neo", "trinity"].map(Person::named);
    Visitor {
        neo: server.legacy().sign_up(&neo).await.token,
        trinity: server.legacy().sign_up(&trinity).await.token,
        server,
    }
}

impl Visitor {
    async fn ask(&self, headers: &[Header]) -> Answer<Me> {
        let mut request = self.server.get("/api/me");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.receive().await
    }

    async fn expect_seen(&self, name: &str, headers: &[Header]) {
        let seen = self.ask(headers).await.success(200).name;
        assert_eq!(seen, name, "{headers:?}");
    }

    async fn expect_refused(&self, headers: &[Header]) {
        let answer = self.ask(headers).await;
        answer.refused_with_code(401, "UNAUTHORIZED");
        answer.challenged(true);
    }
}

#[on_both_databases]
async fn the_header_decides_alone(db: Database) {
    let visitor = two_sessions(db).await;
    let (neo, trinity) = (visitor.neo.as_str(), visitor.trinity.as_str());
    visitor.expect_seen("neo", &[header(neo)]).await;
    let both = [cookies(&[neo]), header(trinity)];
    visitor.expect_seen("trinity", &both).await;
    for bad in ["nonsense", &"A".repeat(64)] {
        let both = [cookies(&[neo]), header(bad)];
        visitor.expect_refused(&both).await;
    }
    visitor.expect_refused(&[header(neo), header(neo)]).await;
}

#[on_both_databases]
async fn the_first_of_eight_cookies_that_is_a_live_token_counts(db: Database) {
    let visitor = two_sessions(db).await;
    let (neo, trinity) = (visitor.neo.as_str(), visitor.trinity.as_str());
    let among_others = format!("theme=dark; azuma_session={neo}; lang=de");
    visitor
        .expect_seen("neo", &[("Cookie", among_others)])
        .await;
    let unknown: Vec<String> = (0..8).map(|digit| digit.to_string().repeat(64)).collect();
    let unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    for (values, name) in [
        (&[neo, trinity][..], "neo"),
        (&[trinity, neo], "trinity"),
        (&[neo, neo], "neo"),
        (&[neo, ""], "neo"),
        (&["", "nonsense", unknown[0], neo, trinity], "neo"),
        (&[&unknown[1..], &[neo]].concat(), "neo"),
    ] {
        visitor.expect_seen(name, &[cookies(values)]).await;
    }
    let lines = [cookies(&unknown[..1]), cookies(&[trinity])];
    visitor.expect_seen("trinity", &lines).await;
    for values in [
        &["", ""][..],
        &["nonsense", ""],
        &[unknown[0], unknown[1], ""],
        &[&unknown[..], &[neo]].concat(),
    ] {
        visitor.expect_refused(&[cookies(values)]).await;
    }
}
