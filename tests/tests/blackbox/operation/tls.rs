//! Postgres over TLS, with the server's certificate verified.

use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::Setup;

#[tokio::test]
async fn a_verified_certificate_is_accepted_and_no_other() {
    let cluster = Cluster::start_with_tls();
    let url = cluster.create_database();
    assert!(url.contains("sslmode=verify-full"), "{url}");
    let server = Setup::postgres(&url).for_tests().start();
    server.azuma().sign_up(&Person::named("neo")).await;

    // The certificate names localhost alone.
    let misnamed = url.replace("@localhost", "@127.0.0.1");
    Setup::postgres(&misnamed).run(&["migrate"]).complaint();

    let stranger = Cluster::start_with_tls();
    let (Some(ours), Some(other)) = (cluster.certificates(), stranger.certificates()) else {
        panic!("both clusters have certificates");
    };
    let ours = ours.authority.display().to_string();
    let mistrusted = url.replace(&ours, &other.authority.display().to_string());
    assert_ne!(mistrusted, url);
    Setup::postgres(&mistrusted).run(&["migrate"]).complaint();
}
