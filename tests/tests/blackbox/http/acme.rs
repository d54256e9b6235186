//! Certificates by ACME.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use azuma_tests::Database;
use azuma_tests::acme_server::AcmeServer;
use azuma_tests::addresses::free_address;
use azuma_tests::clients::Http2;
use azuma_tests::server::Setup;
use http::Request;

fn asking(setup: Setup, directory: &str, authority: &str) -> Setup {
    setup
        .set("http.public_url", "https://localhost")
        .set("http.tls.acme", "localhost")
        .set("http.tls.acme_directory", directory)
        .set("http.tls.acme_authority", authority)
}

#[tokio::test]
async fn a_certificate_is_obtained_and_serves_the_next_start_without_the_acme_server() {
    let address = free_address();
    let acme = AcmeServer::proving_at(address.port());
    let authority = acme.authority().display().to_string();
    let setup = asking(Database::Sqlite.server(), &acme.directory(), &authority);
    let setup = setup.set("http.listen", &address.to_string());
    let mut server = setup.start();
    server.prints("a new certificate was obtained").await;
    let issuer = acme.issuer();
    let request = || {
        Request::get("https://localhost/")
            .body("")
            .expect("a request")
    };
    let connection = Http2::to(server.address(), &issuer).await;
    assert_eq!(connection.request(request()).await.status, 200);
    let folder = server.setup().home().join("data/acme");
    let mode = fs::metadata(&folder)
        .expect("a folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    drop(acme);
    server.restart().await;
    server.prints("is in use").await;
    let connection = Http2::to(server.address(), &issuer).await;
    assert_eq!(connection.request(request()).await.status, 200);
}

#[tokio::test]
async fn an_acme_server_that_is_away_is_told_of_and_asked_again() {
    let address = free_address();
    let acme = AcmeServer::proving_at(address.port());
    let (directory, authority) = (acme.directory(), acme.authority().display().to_string());
    let away = format!("https://localhost:{}/dir", free_address().port());
    let setup = asking(Database::Sqlite.server(), &away, &authority);
    let mut server = setup.set("http.listen", &address.to_string()).start();
    server.prints("which is tried again later").await;
    server
        .reconfigure(|setup| setup.set("http.tls.acme_directory", &directory))
        .await;
    server.prints("a new certificate was obtained").await;
}

#[test]
fn what_cannot_be_asked_for_stops_the_start() {
    let open = Setup::sqlite();
    fs::create_dir_all(open.home().join("data/acme")).expect("a writable directory");
    for (setup, words) in [
        (open, "run `chmod 700` on it"),
        (
            Setup::sqlite().set("http.tls.acme", "*.example.org"),
            "is not a domain name",
        ),
        (
            Setup::sqlite().set("http.tls.acme_directory", "http://localhost/dir"),
            "must be an https URL",
        ),
        (
            Setup::sqlite().set("http.tls.acme_authority", "nowhere.pem"),
            "holds no certificate in PEM",
        ),
        (
            Setup::sqlite()
                .set("http.tls.certificate", "a.pem")
                .set("http.tls.key", "a.key"),
            "exclude each other",
        ),
    ] {
        let mut setup = setup.set("http.public_url", "https://localhost");
        if setup.get("http.tls.acme").is_none() {
            setup = setup.set("http.tls.acme", "localhost");
        }
        let finished = setup.run(&[]);
        let said = finished.complaint();
        assert!(said.contains(words), "{words} in: {said}");
    }
}
