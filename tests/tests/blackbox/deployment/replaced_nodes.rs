//! Two nodes behind nginx that are replaced one by one, as `docs/deploy.md` says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azuma_tests::Database;
use azuma_tests::addresses::free_address;
use azuma_tests::balancer::Balancer;
use azuma_tests::clients::{Account, Azuma, Http, Legacy, Update};
use azuma_tests::people::Person;
use azuma_tests::server::{Release, Setup};

fn node(database: &Setup) -> Setup {
    database
        .elsewhere()
        .of_release(Release::Previous)
        .set("http.listen", &free_address().to_string())
        .set("http.trusted_proxies", "127.0.0.1")
}

/// Has people come and go in all dialects until they are stopped. Every one of their requests must succeed.
async fn come_and_go(group: usize, http: Http, stopped: Arc<AtomicBool>) {
    let azuma = Azuma::new(http.clone());
    let legacy = Legacy::new(http.clone());
    let account = Account::new(http);
    let mut number = 0;
    while !stopped.load(Ordering::Relaxed) {
        number += 1;
        let person = Person::named(&format!("person-{group}-{number}"));
        let token = azuma.sign_up(&person).await;
        let busy = Update::default().status(Some("busy"));
        azuma.update(&token, &busy).await.success(200);
        let other = legacy.sign_in(&person).await.token;
        legacy.me(&other).await.success(200);
        let third = account.authenticate(&person.name, &person.password).await;
        let third = third.success(200).token;
        assert_eq!(account.list_tokens(&third).await.len(), 3);
        azuma.logout(&other).await.done(204);
        let user = azuma.own_user(&third).await.success(200);
        assert_eq!(user.status.as_deref(), Some("busy"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_the_nodes_are_replaced_by_the_next_release_and_back() {
    let database = Database::Postgres.server();
    let mut nodes = [node(&database).start(), node(&database).start()];
    let balancer = Balancer::before([nodes[0].address(), nodes[1].address()]);
    let stopped = Arc::new(AtomicBool::new(false));
    let http = Http::new(balancer.address());
    let begin = |group| tokio::spawn(come_and_go(group, http.clone(), stopped.clone()));
    let people: Vec<_> = (0..4).map(begin).collect();
    for release in [Release::This, Release::Previous] {
        for node in &mut nodes {
            balancer.take_out(node.address()).await;
            assert!(node.terminate().await.success());
            node.change_setup(|setup| setup.of_release(release));
            node.start_again();
            balancer.put_back(node.address()).await;
        }
    }
    stopped.store(true, Ordering::Relaxed);
    for group in people {
        group.await.expect("each request succeeds");
    }
}
