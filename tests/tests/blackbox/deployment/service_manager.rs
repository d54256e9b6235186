//! What systemd is told (`Type=notify`).

use std::time::Duration;

use azuma_tests::Database;
use azuma_tests::process::Signal;
use azuma_tests::service_manager::ServiceManager;

const WATCHDOG: Duration = Duration::from_millis(400);

async fn expect_told_of_a_life(manager: ServiceManager) {
    let setup = Database::Sqlite.server().managed_by(&manager, WATCHDOG);
    let mut server = setup.set("http.shutdown_delay", "1s").start();
    manager.hears("READY=1").await;
    server.azuma().index().await.done(200);
    for _ in 0..3 {
        manager.hears("WATCHDOG=1").await;
    }
    server.signal(Signal::Terminate);
    manager.hears("STOPPING=1").await;
    // It takes requests for a second, and lives.
    server.azuma().index().await.done(200);
    manager.hears("WATCHDOG=1").await;
    assert!(server.ended().await.success());
}

#[tokio::test]
async fn a_service_manager_on_a_file_is_told_when_it_answers_lives_and_stops() {
    expect_told_of_a_life(ServiceManager::on_a_file()).await;
}

#[tokio::test]
async fn a_service_manager_on_an_abstract_name_is_told_the_same() {
    expect_told_of_a_life(ServiceManager::on_a_name()).await;
}

#[tokio::test]
async fn a_server_that_stands_still_is_not_said_to_live() {
    let manager = ServiceManager::on_a_file();
    let server = Database::Sqlite
        .server()
        .managed_by(&manager, WATCHDOG)
        .start();
    manager.hears("WATCHDOG=1").await;
    server.pause();
    while manager.heard().is_some() {}
    tokio::time::sleep(3 * WATCHDOG).await;
    assert_eq!(manager.heard(), None);
    server.proceed();
    manager.hears("WATCHDOG=1").await;
}

#[tokio::test]
async fn a_start_that_fails_is_not_ready() {
    let manager = ServiceManager::on_a_file();
    let setup = Database::Sqlite.server().managed_by(&manager, WATCHDOG);
    let setup = setup.set("database.url", "sqlite:///proc/azuma.db");
    setup.run(&["serve"]).complaint();
    assert_eq!(manager.heard(), None);
}

#[tokio::test]
async fn a_service_manager_that_is_gone_costs_nothing() {
    let manager = ServiceManager::on_a_file();
    let setup = Database::Sqlite.server().managed_by(&manager, WATCHDOG);
    drop(manager);
    let server = setup.start();
    server.azuma().index().await.done(200);
}
