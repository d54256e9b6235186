//! Selects the environment variables that are settings.

use std::ffi::OsString;

use super::error::ConfigError;

/// The prefix of the variables that are settings.
pub(super) const PREFIX: &str = "AZUMA_";

/// The variables that begin with `AZUMA_`, as text. Pass `std::env::vars_os()`.
///
/// # Errors
/// [`ConfigError::NotUnicode`] if the value of one of them is not UTF-8. Other variables are not checked.
pub fn settings_among(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Vec<(String, String)>, ConfigError> {
    variables
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(ConfigError::NotUnicode { name }),
        })
        .collect()
}

/// Whether a variable is a setting: its name begins with `AZUMA_`, and Kubernetes did not set it.
pub(super) fn is_ours(name: &str, value: &str) -> bool {
    name.starts_with(PREFIX) && !describes_a_kubernetes_service(name, value)
}

/// Kubernetes sets variables for the services of a pod's namespace. A service named `azuma` or `azuma-db` has our
/// prefix: `AZUMA_SERVICE_HOST`, `AZUMA_SERVICE_PORT_HTTP`, `AZUMA_PORT`, `AZUMA_DB_PORT_5432_TCP_ADDR`.
fn describes_a_kubernetes_service(name: &str, value: &str) -> bool {
    if name.contains("__") {
        return false;
    }
    let numbered_port = name.split("_PORT_").skip(1).any(|rest| {
        let number = rest.split('_').next().unwrap_or("");
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_address = ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    numbered_port
        || name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || (name.ends_with("_PORT") && is_address)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_setting_that_is_not_utf_8_is_refused_and_other_variables_are_not_looked_at() {
        let binary = || OsString::from_vec(vec![0xff]);
        let other = settings_among([("LESS".into(), binary()), (binary(), binary())]);
        assert!(other.is_ok_and(|settings| settings.is_empty()));
        let ours = settings_among([("AZUMA_MAIL__URL".into(), binary())]);
        let message = ours.map_err(|error| error.to_string());
        assert_eq!(
            message,
            Err("environment variable AZUMA_MAIL__URL must be UTF-8".to_owned())
        );
    }

    #[test]
    fn what_kubernetes_says_of_its_services_is_no_setting() {
        for (name, value) in [
            ("AZUMA_SERVICE_HOST", "10.0.0.1"),
            ("AZUMA_SERVICE_PORT", "80"),
            ("AZUMA_SERVICE_PORT_HTTP", "80"),
            ("AZUMA_PORT", "tcp://10.0.0.1:80"),
            ("AZUMA_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("AZUMA_POSTGRESQL_PORT_5432_TCP_ADDR", "10.0.0.2"),
        ] {
            assert!(!is_ours(name, value), "{name}");
        }
        assert!(is_ours("AZUMA_PORT", "8080"));
        assert!(is_ours("AZUMA_HTTP_PORT", "8080"));
        assert!(is_ours("AZUMA_HTTP__LISTEN", "tcp://10.0.0.1:80"));
    }
}
