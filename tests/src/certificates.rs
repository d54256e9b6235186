//! A certificate authority of our own and a server certificate for `localhost`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// The PEM files a server with TLS and its clients need.
#[derive(Debug)]
pub struct Certificates {
    /// The authority's certificate, which clients are told to trust.
    pub authority: PathBuf,
    /// The server's certificate; it names `localhost` and nothing else.
    pub certificate: PathBuf,
    /// The server's private key.
    pub key: PathBuf,
}

impl Certificates {
    /// Makes an authority and a certificate signed by it, as files in `directory`.
    pub fn create(directory: &Path) -> Self {
        let made = Self::make(directory);
        made.unwrap_or_else(|error| panic!("cannot make certificates: {error}"))
    }

    fn make(directory: &Path) -> Result<Self, rcgen::Error> {
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new(Vec::new())?;
        authority
            .distinguished_name
            .push(DnType::CommonName, "Azuma test authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority_pem = authority.self_signed(&authority_key)?.pem();
        let issuer = Issuer::new(authority, authority_key);

        let key = KeyPair::generate()?;
        let mut server = CertificateParams::new(vec!["localhost".to_owned()])?;
        server
            .distinguished_name
            .push(DnType::CommonName, "Azuma test database");
        let certificate = server.signed_by(&key, &issuer)?;

        Ok(Self {
            authority: write(directory, "authority.pem", &authority_pem, 0o644),
            certificate: write(directory, "server.pem", &certificate.pem(), 0o644),
            key: write(directory, "server.key", &key.serialize_pem(), 0o600),
        })
    }
}

fn write(directory: &Path, name: &str, content: &str, mode: u32) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, content)
        .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(mode)))
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    path
}
