//! The certificate of the server itself.

use crate::config::{CertificateSource, Config};
use crate::listener::certificate_end;

use super::finding::{Finding, Subject};

const DAY: i64 = 24 * 60 * 60;
/// A certificate that ends sooner is told of, in days.
const SOON: i64 = 14;

/// Looks whether the files of the certificate fit, and until when it is valid.
pub fn look(config: &Config) -> Vec<Finding> {
    let (certificate, key) = match config.http.tls.source() {
        Ok(Some(CertificateSource::Files { certificate, key })) => (certificate, key),
        Ok(Some(CertificateSource::Acme(_))) => {
            return vec![Finding::ok(
                Subject::Tls,
                "the server renews its certificate by ACME",
            )];
        }
        Ok(None) | Err(_) => return Vec::new(),
    };
    let left = match certificate_end(certificate, key) {
        Ok(left) => left,
        Err(error) => {
            let advice = "mend the files that `http.tls` names";
            return vec![Finding::error(Subject::Tls, error.to_string(), advice)];
        }
    };
    let path = certificate.display();
    let advice = "renew it; the server reads it again by itself";
    vec![match left.map(|seconds| seconds / DAY) {
        None => Finding::error(Subject::Tls, format!("{path} is not valid now"), advice),
        Some(days @ ..SOON) => Finding::warning(
            Subject::Tls,
            format!("{path} is valid for {days} more days"),
            advice,
        ),
        Some(days) => Finding::ok(
            Subject::Tls,
            format!("{path} is valid for {days} more days"),
        ),
    }]
}
