use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use azuma_domain::ports::StoreError;
use azuma_domain::services::{Delivery, Services};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::{server, telemetry, wiring};

/// How often the outbox is looked at.
const MAIL_EVERY: Duration = Duration::from_millis(500);
/// How often what has expired is deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// `azuma serve`: answers requests until it is told to stop, and finishes what it began.
pub fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    telemetry::start(&config.telemetry)?;
    actix_web::rt::System::new().block_on(serve(config))
}

async fn serve(config: &Config) -> Result<(), Box<dyn Error>> {
    let parts = wiring::assemble(config)?;
    let services = Arc::clone(&parts.services);
    let (stop, stopped) = watch::channel(());
    let workers = [
        tokio::spawn(repeat(MAIL_EVERY, stopped.clone(), {
            let services = Arc::clone(&services);
            move || deliver_mail(Arc::clone(&services))
        })),
        tokio::spawn(repeat(SWEEP_EVERY, stopped, {
            let services = Arc::clone(&services);
            move || sweep(Arc::clone(&services))
        })),
    ];
    server::start(config, parts)?.await?;
    drop(stop);
    finish(workers, config.http.shutdown_grace).await;
    tracing::info!("stopped");
    Ok(())
}

/// Does `work` every `pause`, until told to stop; work begun is finished.
async fn repeat<F>(pause: Duration, mut stopped: watch::Receiver<()>, work: impl Fn() -> F + Send)
where
    F: Future<Output = ()> + Send,
{
    loop {
        work().await;
        tokio::select! {
            // Only ever answers that the sender is gone.
            _ = stopped.changed() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn deliver_mail(services: Arc<Services>) {
    loop {
        match services.deliver_next_mail().await {
            Ok(Delivery::Attempted) => {}
            Ok(Delivery::NoneDue) => return,
            Err(error) => return log("mail could not be delivered", &error),
        }
    }
}

async fn sweep(services: Arc<Services>) {
    if let Err(error) = services.sweep().await {
        log("expired rows could not be deleted", &error);
    }
}

fn log(what: &str, error: &StoreError) {
    tracing::warn!(%error, "{what}");
}

async fn finish(workers: [JoinHandle<()>; 2], grace: Duration) {
    for worker in workers {
        if tokio::time::timeout(grace, worker).await.is_err() {
            tracing::warn!("a background task did not stop in time");
        }
    }
}
