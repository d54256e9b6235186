use azuma_domain::ports::{Accepted, Mailer, SendError};

use super::server::{Script, Server};
use super::*;

fn mailer(url: &str) -> SmtpMailer {
    SmtpMailer::new(url.parse().unwrap(), None, TIMEOUTS, settings()).unwrap()
}

/// A mailer that trusts the server's certificate.
fn trusting(server: &Server, url: &str) -> SmtpMailer {
    let root = Authorities::from_pem(server.root.as_bytes()).unwrap();
    SmtpMailer::new(url.parse().unwrap(), Some(root), TIMEOUTS, settings()).unwrap()
}

/// A mailer that waits for no answer longer than a moment.
fn hasty(server: &Server) -> SmtpMailer {
    let moment = Duration::from_millis(300);
    let timeouts = SmtpTimeouts {
        connect: moment,
        send: moment,
    };
    let url = format!("smtp://127.0.0.1:{}", server.port);
    SmtpMailer::new(url.parse().unwrap(), None, timeouts, settings()).unwrap()
}

async fn send_to(script: Script) -> (Result<Accepted, SendError>, Server) {
    let server = Server::start(script).await;
    let outcome = mailer(&format!("smtp://127.0.0.1:{}", server.port))
        .send(verification(), token())
        .await;
    (outcome, server)
}

fn transient(outcome: Result<Accepted, SendError>) -> String {
    match outcome {
        Err(SendError::Transient(words)) => words,
        other => panic!("{other:?}"),
    }
}

fn permanent(outcome: Result<Accepted, SendError>) -> String {
    match outcome {
        Err(SendError::Permanent(words)) => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn hands_a_message_over() {
    let (outcome, server) = send_to(Script::default()).await;
    assert_eq!(outcome.unwrap().response, "250 queued");
    let heard = server.heard();
    assert!(heard.contains("MAIL FROM:<azuma@mail.example>"), "{heard}");
    assert!(heard.contains("RCPT TO:<neo@example.org>"), "{heard}");
    assert!(
        heard.contains(&format!("Message-ID: <{MAIL_ID}@mail.example>")),
        "{heard}"
    );
    assert!(heard.contains(&format!("/verify?token={TOKEN}")), "{heard}");
    assert!(!heard.contains("AUTH"), "{heard}");
}

#[tokio::test]
async fn writes_to_an_address_only_quotes_allow() {
    let server = Server::start(Script::default()).await;
    mailer(&format!("smtp://127.0.0.1:{}", server.port))
        .send(
            mail(
                MailKind::VerifyAccount(link()),
                Language::German,
                "a..b@x.y",
            ),
            token(),
        )
        .await
        .unwrap();
    let heard = server.heard();
    assert!(heard.contains("RCPT TO:<\"a..b\"@x.y>"), "{heard}");
}

#[tokio::test]
async fn introduces_itself_and_logs_in_as_the_url_says() {
    let server = Server::start(Script::default()).await;
    let url = format!(
        "smtp://us%40er:pa%2Fss@127.0.0.1:{}/azuma.example",
        server.port
    );
    mailer(&url).send(verification(), token()).await.unwrap();
    let heard = server.heard();
    assert!(heard.starts_with("EHLO azuma.example\n"), "{heard}");
    // "\0us@er\0pa/ss"
    assert!(heard.contains("AUTH PLAIN AHVzQGVyAHBhL3Nz"), "{heard}");
}

#[tokio::test]
async fn introduces_itself_by_the_domain_of_the_sender() {
    let (outcome, server) = send_to(Script::default()).await;
    outcome.unwrap();
    let heard = server.heard();
    assert!(heard.starts_with("EHLO mail.example\n"), "{heard}");
}

#[tokio::test]
async fn a_refusal_of_how_we_speak_is_transient() {
    let scripts = [
        Script {
            rcpt: "504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname",
            ..Script::default()
        },
        Script {
            rcpt: "554 5.7.1 <neo@example.org>: Relay access denied",
            ..Script::default()
        },
        Script {
            mail: "530 Must issue a STARTTLS command first",
            ..Script::default()
        },
    ];
    for script in scripts {
        transient(send_to(script).await.0);
    }
}

#[tokio::test]
async fn a_server_that_never_ends_is_read_no_further_than_any_has_to_say() {
    let endless = [
        "220 a line without an end",
        "220-a line, and another one\r\n",
    ];
    for greeting in endless {
        for encrypted in [false, true] {
            let server = match encrypted {
                false => Server::start_endless(greeting).await,
                true => Server::start_endless_encrypted(greeting).await,
            };
            let scheme = if encrypted { "smtps" } else { "smtp" };
            let url = format!("{scheme}://localhost:{}", server.port);
            let mailer = trusting(&server, &url);
            transient(mailer.send(verification(), token()).await);
            let said = server.said().await;
            // The buffers of both ends are full of what was sent and not read.
            assert!(
                said < 16 * 1024 * 1024,
                "{url}: {said} bytes of {greeting:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_for_now_is_transient() {
    let scripts = [
        Script {
            mail: "451 4.3.0 come back later",
            ..Script::default()
        },
        Script {
            rcpt: "451 4.3.0 come back later",
            ..Script::default()
        },
        Script {
            end: "451 4.3.0 come back later",
            ..Script::default()
        },
    ];
    for script in scripts {
        let words = transient(send_to(script).await.0);
        assert!(words.contains("451"), "{words}");
        assert!(words.contains("come back later"), "{words}");
    }
}

#[tokio::test]
async fn a_refusal_for_good_is_permanent() {
    let scripts = [
        Script {
            mail: "550 5.1.1 not\r\n",
            ..Script::default()
        },
        Script {
            rcpt: "550-5.1.1 there is\r\n550 5.1.1 not anybody",
            ..Script::default()
        },
        Script {
            end: "554 5.7.1 not this",
            ..Script::default()
        },
    ];
    for script in scripts {
        let words = permanent(send_to(script).await.0);
        assert!(words.contains("55"), "{words}");
        assert!(words.contains("not"), "{words}");
        assert!(!words.contains(char::is_control), "{words}");
    }
}

#[tokio::test]
async fn a_refusal_of_ours_is_not_the_messages_fault() {
    let scripts = [
        Script {
            greeting: "554 go away",
            ..Script::default()
        },
        Script {
            ehlo: "550 who are you",
            ..Script::default()
        },
        Script {
            auth: "535 wrong password",
            ..Script::default()
        },
        Script {
            ehlo: "250 mail.example without AUTH",
            ..Script::default()
        },
    ];
    for script in scripts {
        let server = Server::start(script).await;
        let url = format!("smtp://user:hunter2@127.0.0.1:{}", server.port);
        let words = transient(mailer(&url).send(verification(), token()).await);
        assert!(!words.contains("hunter2"), "{words}");
        assert!(!server.heard().contains("MAIL FROM"), "{words}");
    }
}

#[tokio::test]
async fn starttls_is_not_done_without() {
    let server = Server::start(Script {
        ehlo: "250-mail.example\r\n250 AUTH PLAIN LOGIN",
        ..Script::default()
    })
    .await;
    let url = format!("smtp://user:hunter2@127.0.0.1:{}?tls=required", server.port);
    transient(mailer(&url).send(verification(), token()).await);
    let heard = server.heard();
    assert!(!heard.contains("AUTH"), "{heard}");
    assert!(!heard.contains("MAIL FROM"), "{heard}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_transient() {
    // Bound, so that nobody else gets the port, and not listening.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let outcome = mailer(&format!("smtp://127.0.0.1:{port}"))
        .send(verification(), token())
        .await;
    transient(outcome);
}

#[tokio::test]
async fn a_server_that_falls_silent_is_transient() {
    let silent = [
        Script {
            greeting: "",
            ..Script::default()
        },
        Script {
            end: "",
            ..Script::default()
        },
    ];
    for script in silent {
        let server = Server::start(script).await;
        let words = transient(hasty(&server).send(verification(), token()).await);
        assert!(words.contains("did not answer"), "{words}");
    }
}

#[tokio::test]
async fn what_was_accepted_is_sent_though_the_goodbye_is_missing() {
    let server = Server::start(Script {
        quit: "",
        ..Script::default()
    })
    .await;
    let mailer = mailer(&format!("smtp://127.0.0.1:{}", server.port));
    mailer.send(verification(), token()).await.unwrap();
}

#[tokio::test]
async fn speaks_tls_from_the_start_or_by_starttls() {
    let encrypted = Server::start_encrypted(Script::default()).await;
    let clear = Server::start(Script::default()).await;
    let ways = [
        (&encrypted, format!("smtps://localhost:{}", encrypted.port)),
        (
            &clear,
            format!("smtp://u:p@localhost:{}?tls=required", clear.port),
        ),
        (
            &clear,
            format!("smtp://localhost:{}?tls=opportunistic", clear.port),
        ),
    ];
    for (server, url) in ways {
        trusting(server, &url)
            .send(verification(), token())
            .await
            .unwrap();
        let words = transient(mailer(&url).send(verification(), token()).await);
        assert!(words.contains("certificate"), "{words}");
    }
    let heard = clear.heard();
    let (before, _) = heard.split_once("(encrypted)").unwrap();
    assert!(
        !before.contains("AUTH") && !before.contains("MAIL"),
        "{before}"
    );
}

#[tokio::test]
async fn a_server_that_quotes_the_message_does_not_betray_its_token() {
    let script = Script {
        end: "554 this link is spam: {}",
        ..Script::default()
    };
    let words = permanent(send_to(script).await.0);
    assert!(
        words.contains("https://azuma.example/verify?token=(token)"),
        "{words}"
    );
    assert!(!words.contains(TOKEN), "{words}");
}

#[tokio::test]
async fn a_server_that_quotes_the_address_in_any_case_does_not_betray_it() {
    let to = verification().to.to_string();
    let refusal = format!("554 <{to}> and {}: unknown", to.to_uppercase());
    let script = Script {
        end: refusal.leak(),
        ..Script::default()
    };
    let words = permanent(send_to(script).await.0);
    assert!(
        words.contains("<(address)> and (address): unknown"),
        "{words}"
    );
}

#[tokio::test]
async fn it_answers_before_its_timeouts_are_over() {
    let server = Server::start(Script {
        end: "",
        ..Script::default()
    })
    .await;
    let mailer = hasty(&server);
    let answered = tokio::time::timeout(mailer.timeout(), mailer.send(verification(), token()));
    transient(answered.await.expect("an answer in time"));
}
