//! `azuma key`: replacing the secret key, and the tokens that a former one derived.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::time::Duration;

use azuma_client::service::{CheckedToken, Use};
use azuma_client::{ServiceToken, Session, Token};
use azuma_tests::Database;
use azuma_tests::clients::Answer;
use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::server::{Server, Setup};
use reqwest::Method;

pub const OLD: &str = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
const OTHER: &str = "b3RoZXIga2V5IG90aGVyIGtleSBvdGhlciBrZXkgISE=";
pub(super) const NEW: &str = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=";

/// Runs the walk on a node; it must be at this step.
fn at_step(setup: &Setup, step: &str) {
    let finished = setup.run(&["key", "rotate"]);
    let said = &finished.stdout;
    assert!(said.starts_with(step), "{step}: {said}{}", finished.stderr);
}

/// The first key that `azuma key status` shows with this role.
pub(super) fn fingerprint(setup: &Setup, role: &str) -> String {
    let status = setup.run(&["key", "status"]);
    let table = status.success();
    let mut rows = table.lines().map(str::split_whitespace);
    let key = rows.find_map(|mut row| row.next().filter(|_| row.next() == Some(role)));
    key.unwrap_or_else(|| panic!("no {role} key: {table}"))
        .to_owned()
}

/// Has a server that derives tokens with [`OLD`] derive them with [`NEW`]. It still knows the former key.
pub async fn replace_key(server: &mut Server) {
    let previous = format!("[\"{OLD}\"]");
    server
        .reconfigure(|setup| {
            let setup = setup.set("secret_key", NEW);
            setup.set("previous_secret_keys", &previous)
        })
        .await;
}

/// Has the tokens of the former key issued again, as after it has leaked. What the command says.
pub fn reissue(server: &Server, options: &[&str]) -> String {
    let leaked = fingerprint(server.setup(), "previous");
    let new = fingerprint(server.setup(), "current");
    let task = ["key", "rotate", "--reissue", &leaked, "--new", &new];
    let finished = server.setup().run(&[&task[..], options].concat());
    finished.success().to_owned()
}

/// Asks until an answer carries a next token.
async fn next_of<T>(ask: impl AsyncFn() -> Answer<T>) -> String {
    let deadline = Deadline::in_seconds(30);
    loop {
        let answer = ask().await;
        answer.done(200);
        if let Some(next) = answer.header("Azuma-Session") {
            return next.to_owned();
        }
        assert!(!deadline.is_over(), "no next token");
        deadline.step().await;
    }
}

async fn restart_with(nodes: &mut [Server; 2], key: &str, previous: Option<&str>) {
    for node in nodes {
        node.reconfigure(|setup| {
            let setup = setup.set("secret_key_file", key);
            match previous {
                Some(previous) => setup.set("previous_secret_keys_file", previous),
                None => setup.unset("previous_secret_keys_file"),
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_walk_is_not_over_while_another_node_derives_with_a_key_of_its_own() {
    let here = Database::Postgres.server().set("secret_key", NEW);
    let previous = format!("[\"{OLD}\"]");
    let here = here.set("previous_secret_keys", &previous).start();
    let there = here.setup().elsewhere().set("secret_key", OTHER).start();
    let neo = Person::named("neo");
    there.azuma().sign_up(&neo).await;
    fs::write(here.setup().home().join("new.key"), NEW).unwrap();
    let walked = here.setup().run(&["key", "rotate", "--file", "new.key"]);
    assert_eq!(walked.status.code(), Some(4));
    let told = "a key that this node does not know derived sessions (1)";
    assert!(walked.stderr.contains(told), "{}", walked.stderr);
}

#[test]
fn a_present_key_that_is_a_previous_one_too_is_refused() {
    let setup = Database::Sqlite.server().set("secret_key", OLD);
    let previous = format!("[\"{OLD}\"]");
    let setup = setup.set("previous_secret_keys", &previous);
    let finished = setup.run(&["key", "rotate", "--file", "new.key"]);
    assert_eq!(finished.status.code(), Some(4), "{}", finished.stderr);
    assert!(!setup.home().join("new.key").exists());
}

#[tokio::test]
async fn a_key_is_replaced_node_by_node_and_the_tokens_of_the_former_one_after_it() {
    let here = Database::Postgres.server().unset("secret_key");
    let here = here.set("secret_key_file", "secret.key");
    let there = here.elsewhere();
    for setup in [&here, &there] {
        fs::write(setup.home().join("secret.key"), OLD).unwrap();
    }
    let mut nodes = [here.start(), there.start()];
    let neo = Person::named("neo");
    let token = nodes[0].azuma().sign_up(&neo).await;
    nodes[1].azuma().own_user(&token).await.done(200);

    at_step(nodes[0].setup(), "step 1 of 4: a new key");
    let made = nodes[0].file("secret.key.2");
    at_step(nodes[0].setup(), "step 2 of 4");
    assert_eq!(nodes[0].file("secret.key.2"), made, "it is not overwritten");
    fs::write(nodes[1].setup().home().join("secret.key.2"), made).unwrap();
    at_step(nodes[1].setup(), "step 2 of 4");

    restart_with(&mut nodes, "secret.key", Some("secret.key.2")).await;
    let leaked = fingerprint(nodes[0].setup(), "current");
    let new = fingerprint(nodes[0].setup(), "previous");
    let reissue = ["key", "rotate", "--reissue", &leaked, "--new", &new];
    for node in &nodes {
        let early = node.setup().run(&reissue);
        assert_eq!(early.status.code(), Some(4), "it would stay in force");
    }
    for node in &nodes {
        at_step(node.setup(), "step 3 of 4");
    }

    restart_with(&mut nodes, "secret.key.2", Some("secret.key")).await;
    for node in &nodes {
        at_step(node.setup(), "step 4 of 4");
        node.azuma().own_user(&token).await.done(200);
    }
    let needed = nodes[0].setup().run(&["key", "rotate"]);
    assert_eq!(needed.status.code(), Some(4), "{}", needed.stderr);
    let neither = "0123456789abcdef";
    for (leaked, new) in [
        (&*new, &*new),
        (neither, &*new),
        ("", &*new),
        (&*leaked, &*leaked),
        (&*leaked, neither),
    ] {
        let task = ["key", "rotate", "--reissue", leaked, "--new", new];
        let wrong = nodes[0].setup().run(&task);
        assert_eq!(wrong.status.code(), Some(4), "{leaked} {new}");
    }
    let reissued = nodes[0].setup().run(&reissue);
    assert!(reissued.success().starts_with("changed sessions: 1;"));
    let walked = nodes[1].setup().run(&["key", "rotate"]);
    let needed = "still needed for sessions (0), replaced tokens (1) and links (0) until";
    assert!(walked.stderr.contains(needed), "{}", walked.stderr);
    let asked = [nodes[0].azuma(), nodes[1].azuma()];
    let next = next_of(async || asked[0].own_user(&token).await).await;
    let other = next_of(async || asked[1].own_user(&token).await).await;
    assert_eq!(next, other);

    let at_once = [&reissue[..], &["--within", "1ms"]].concat();
    nodes[0].setup().run(&at_once).success();
    let walked = nodes[1].setup().run(&["key", "rotate"]);
    assert!(walked.success().contains("nothing that lives was derived"));
    restart_with(&mut nodes, "secret.key.2", None).await;
    for node in &nodes {
        let answer = node.azuma().own_user(&next).await;
        answer.done(200);
        assert_eq!(answer.header("Azuma-Session"), None);
    }
}

#[tokio::test]
async fn services_are_told_of_a_former_token_what_it_is_until_it_ends() {
    let mut server = Database::Sqlite.server().set("secret_key", OLD).start();
    let [neo, trinity] = ["neo", "trinity"].map(Person::named);
    let former = [
        server.azuma().sign_up(&neo).await,
        server.azuma().sign_up(&trinity).await,
    ]
    .map(Token::new);
    replace_key(&mut server).await;
    let client = azuma_client::Server::at(&format!("http://{}", server.address()));
    let client = client.expect("a URL");
    let service =
        client.service(ServiceToken::parse(server.service("chat").token).expect("a token"));
    let before = service.check(&former, Use::Peek).await.unwrap();
    let reissue_both = |within: &str| {
        let said = reissue(&server, &["--within", within]);
        assert!(said.starts_with("changed sessions: 2;"));
    };
    reissue_both("7d");
    let told = service.changes(&before.position, Duration::from_secs(30));
    assert_eq!(told.await.unwrap().changes.len(), 2);

    let sessions = former.clone().map(Session::new);
    client.azuma().own_user(&sessions[0]).await.unwrap();
    client.account().tokens(&sessions[1]).await.unwrap();
    let next = sessions.each_ref().map(Session::token);
    let ids = |answers: &[CheckedToken]| -> Vec<_> {
        let live = answers.iter().map(|answer| match answer {
            CheckedToken::Live(live) => Some((live.id, live.user.id)),
            CheckedToken::NotLive => None,
        });
        live.collect()
    };
    let whose = ids(&before.answers);
    assert!(whose[0].is_some() && whose[1].is_some() && whose[0] != whose[1]);
    let all = [&former[..], &next[..]].concat();
    let checked = service.check(&all, Use::Peek).await.unwrap();
    assert_eq!(ids(&checked.answers), [&whose[..], &whose[..]].concat());

    reissue_both("1ms");
    let deadline = Deadline::in_seconds(30);
    let over = [None, None];
    loop {
        let checked = service.check(&all, Use::Peek).await.unwrap();
        let told = ids(&checked.answers);
        assert_eq!(told[2..], whose);
        if told[..2] == over {
            break;
        }
        assert!(!deadline.is_over(), "the former tokens live");
        deadline.step().await;
    }
    let told = service.introspect(&former[0], Use::Peek).await.unwrap();
    assert!(!told.active);
}

/// The cookie of a login on the page.
async fn page_cookie(server: &Server, neo: &Person) -> String {
    let form = server.request(Method::POST, "/me/login");
    let form = form.header("Content-Type", "application/x-www-form-urlencoded");
    let body = format!("name={}&password={}", neo.name, neo.password);
    let answer = form.body(body).send().await;
    answer.done(303);
    pair(answer.header("Set-Cookie").expect("a cookie"))
}

fn pair(cookie: &str) -> String {
    cookie.split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn clients_of_every_api_get_the_next_token_in_their_own_way() {
    let mut server = Database::Sqlite.server().set("secret_key", OLD).start();
    let neo = Person::named("neo");
    let azuma = server.azuma().sign_up(&neo).await;
    let account = server.account().sign_in(&neo).await;
    let doomed = server.azuma().sign_in(&neo).await;
    let legacy = server.legacy().sign_in(&neo).await.token;
    let cookie = page_cookie(&server, &neo).await;
    replace_key(&mut server).await;
    for token in [&azuma, &account, &doomed, &legacy] {
        let answer = server.azuma().own_user(token).await;
        answer.done(200);
        assert_eq!(answer.header("Azuma-Session"), None);
    }
    assert!(reissue(&server, &[]).starts_with("changed sessions: 5;"));

    let (azuma_api, account_api) = (server.azuma(), server.account());
    let next = next_of(async || azuma_api.own_user(&azuma).await).await;
    let unknown = "00000000-0000-4000-8000-000000000009";
    let refused = azuma_api.user(&azuma, unknown).await;
    refused.refused(404, "NOT_FOUND");
    assert_eq!(refused.header("Azuma-Session"), Some(&*next));
    let next_account = next_of(async || account_api.tokens(&account).await).await;
    assert_ne!(next, next_account);
    let listed = account_api.list_tokens(&next_account).await;
    assert_eq!(listed.len(), 5, "each session once");
    let answer = server.legacy().me(&legacy).await;
    answer.done(200);
    let next_legacy = answer.next_token().expect("a next token");
    let answer = server.legacy().me_by_cookie(&legacy).await;
    answer.done(200);
    assert_eq!(answer.next_token_in_cookie().as_ref(), Some(&next_legacy));
    let told = answer.header("Set-Cookie").unwrap_or_default();
    assert!(
        told.contains("; Expires=") && !told.contains("Max-Age"),
        "{told}"
    );
    // Uses of a sliding token move its end, and bring no cookie.
    let answer = server.legacy().me_by_cookie(&azuma).await;
    answer.done(200);
    assert_eq!(answer.next_token_in_cookie().as_ref(), Some(&next));
    let told = answer.header("Set-Cookie").unwrap_or_default();
    assert!(
        told.contains("; Max-Age=34560000") && !told.contains("Expires"),
        "{told}"
    );
    let page = server.get("/me").header("Cookie", &cookie).send().await;
    page.done(200);
    assert_eq!(page.header("Azuma-Session"), None);
    let next_cookie = pair(page.header("Set-Cookie").expect("the next cookie"));
    assert_ne!(next_cookie, cookie);
    let page = server
        .get("/me")
        .header("Cookie", &next_cookie)
        .send()
        .await;
    page.done(200);
    assert_eq!(page.header("Set-Cookie"), None);
    assert!(page.text().contains("/me/logout"), "{}", page.text());

    for token in [&next, &next_account, &next_legacy] {
        let answer = azuma_api.own_user(token).await;
        answer.done(200);
        assert_eq!(answer.header("Azuma-Session"), None);
    }
    let again = azuma_api.own_user(&azuma).await;
    again.done(200);
    assert_eq!(again.header("Azuma-Session"), Some(&*next), "in its grace");
    let ended = azuma_api.logout(&doomed).await;
    ended.done(204);
    assert_eq!(ended.header("Azuma-Session"), None);
}

#[tokio::test]
async fn a_key_that_root_makes_can_be_read_by_whoever_reads_the_present_one() {
    let nobody = 65_534;
    for (owner, mode) in [(nobody, 0o600), (0, 0o640)] {
        let setup = Setup::sqlite().set("secret_key_file", "key");
        let present = setup.home().join("key");
        fs::write(&present, OLD).expect("a writable directory");
        fs::set_permissions(&present, fs::Permissions::from_mode(mode)).expect("our file");
        chown(&present, Some(owner), Some(nobody)).expect("tests run as root");
        let server = setup.start();
        at_step(server.setup(), "step 1 of 4");
        let made = fs::metadata(server.setup().home().join("key.2")).expect("a key");
        assert_eq!((made.uid(), made.gid()), (owner, nobody));
        assert_eq!(made.mode() & 0o777, mode);
    }
}
