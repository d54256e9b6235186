#!/usr/bin/env python3
"""Makes the fixtures of this folder, once: hashes by other people's implementations.

    python3 -m venv /tmp/fixtures && /tmp/fixtures/bin/pip install passlib==1.7.4 bcrypt==5.0.0 PyNaCl==1.6.2 \
        argon2-cffi==25.1.0 Django==5.2.19
    /tmp/fixtures/bin/python tests/tests/blackbox/import/make.py

The hashes of `legacy.jsonl` are those of the Rust crate `pbkdf2` 0.3, which the first Azuma used: `pbkdf2_simple(password,
100000)`. They stand below.
"""
import base64
import hashlib
import json
import os
import uuid

import argon2
import bcrypt
import nacl.pwhash
from django.conf import settings
from passlib.hash import argon2 as passlib_argon2
from passlib.hash import pbkdf2_sha1, pbkdf2_sha256, pbkdf2_sha512, scrypt

settings.configure()
from django.contrib.auth.hashers import PBKDF2PasswordHasher, PBKDF2SHA1PasswordHasher  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "../../../../crates/infra/src/hashing/tests/imported.jsonl")

# RFC 8265 composes the second, and refuses the third.
PASSWORDS = ["correct horse", "ka\u0308se", "tab\there"]


def unpadded(data):
    return base64.b64encode(data).decode().rstrip("=")


def phc_scrypt(password):
    salt = os.urandom(16)
    made = hashlib.scrypt(password.encode(), salt=salt, n=2**10, r=8, p=2, dklen=32)
    return f"$scrypt$ln=10,r=8,p=2${unpadded(salt)}${unpadded(made)}"


def phc_pbkdf2(name, password):
    salt = os.urandom(16)
    made = hashlib.pbkdf2_hmac(name, password.encode(), salt, 4096)
    return f"$pbkdf2-{name}$i=4096,l={len(made)}${unpadded(salt)}${unpadded(made)}"


def argon2_cffi(kind, version, password):
    return argon2.low_level.hash_secret(
        password.encode(), os.urandom(16), 2, 256, 2, 32, kind, version).decode()


def of_bcrypt(prefix, password):
    made = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    return f"${prefix}$" + made.split("$", 2)[2]


MAKERS = {
    "libsodium argon2id": lambda p: nacl.pwhash.argon2id.str(
        p.encode(), opslimit=1, memlimit=8192 * 4).rstrip(b"\0").decode(),
    "libsodium argon2i": lambda p: nacl.pwhash.argon2i.str(
        p.encode(), opslimit=3, memlimit=8192 * 4).rstrip(b"\0").decode(),
    "argon2-cffi id": lambda p: argon2_cffi(argon2.low_level.Type.ID, 19, p),
    "argon2-cffi i": lambda p: argon2_cffi(argon2.low_level.Type.I, 19, p),
    "argon2-cffi d": lambda p: argon2_cffi(argon2.low_level.Type.D, 19, p),
    "argon2-cffi id 1.0": lambda p: argon2_cffi(argon2.low_level.Type.ID, 16, p),
    "passlib argon2": lambda p: passlib_argon2.using(memory_cost=64, rounds=1).hash(p),
    "bcrypt 2a": lambda p: of_bcrypt("2a", p),
    "bcrypt 2b": lambda p: of_bcrypt("2b", p),
    "bcrypt 2y": lambda p: of_bcrypt("2y", p),
    "passlib scrypt": lambda p: scrypt.using(rounds=10).hash(p),
    "hashlib scrypt": phc_scrypt,
    "passlib pbkdf2": lambda p: pbkdf2_sha1.using(rounds=1000).hash(p),
    "passlib pbkdf2-sha256": lambda p: pbkdf2_sha256.using(rounds=1000).hash(p),
    "passlib pbkdf2-sha512": lambda p: pbkdf2_sha512.using(rounds=1000).hash(p),
    "hashlib pbkdf2-sha256": lambda p: phc_pbkdf2("sha256", p),
    "hashlib pbkdf2-sha512": lambda p: phc_pbkdf2("sha512", p),
    "Django pbkdf2_sha256": lambda p: PBKDF2PasswordHasher().encode(p, "aSaltOfDjango123456789", 1000),
    "Django pbkdf2_sha1": lambda p: PBKDF2SHA1PasswordHasher().encode(p, "aSaltOfDjango123456789", 1000),
}

# By the crate `pbkdf2` 0.3, of the passwords above.
RPBKDF2 = {
    "correct horse": 
        "$rpbkdf2$0$AAGGoA==$GsZLcJJFoiRYlDR4+TJOWQ==$jTBnb3dexfl88XboHMpe6adxXnCLB75Y5JsTiOZe46w=$",
    "ka\u0308se": 
        "$rpbkdf2$0$AAGGoA==$o/HrgMlN3uDFnyCNvNMOug==$/kIESXhify+1CU5yr2jMu7i3d53ozPDfltyZajIMucE=$",
    "tab\there": 
        "$rpbkdf2$0$AAGGoA==$GaNI7nhI2y5EbgxE+NgkIg==$TCe3BBG8QbmdToW6m3yLKKZUcKmILL0WPveTdXREHxA=$",
}


def vectors():
    for by, make in MAKERS.items():
        for password in PASSWORDS:
            yield {"by": by, "password": password, "hash": make(password)}
    for password, made in RPBKDF2.items():
        yield {"by": "pbkdf2 0.3", "password": password, "hash": made}
    long = "x" * 72
    yield {"by": "bcrypt of 72 bytes", "password": long, "hash": of_bcrypt("2b", long)}


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def main():
    made = list(vectors())
    write(VECTORS, (json.dumps(vector) for vector in made))
    users = []
    for number, vector in enumerate(made):
        name = vector["by"].replace(" ", "-") + f"-{number}"
        users.append(json.dumps({
            "name": name,
            "email": f"user{number}@example.org",
            "email_verified": number % 2 == 0,
            "password_hash": vector["hash"],
            "created_at": "2021-03-28T14:39:40.063095Z",
        }))
    write(os.path.join(HERE, "users.jsonl"), users)
    legacy = [
        {"_id": {"$oid": f"5e626bd89158f3ecad052a{number:02x}"}, "name": f"legacy{number}", "password": hash,
         "icon": "icon.here" if number == 0 else None, "status": None, "__v": 0}
        for number, hash in enumerate(RPBKDF2.values())
    ]
    write(os.path.join(HERE, "legacy.jsonl"), (json.dumps(user) for user in legacy))
    rows = []
    for number, password in enumerate(PASSWORDS):
        # As azumaneo did: libsodium's INTERACTIVE, an array of 128 bytes.
        made = nacl.pwhash.argon2id.str(
            password.encode(), opslimit=nacl.pwhash.argon2id.OPSLIMIT_INTERACTIVE,
            memlimit=nacl.pwhash.argon2id.MEMLIMIT_INTERACTIVE)
        array = made.rstrip(b"\0").ljust(128, b"\0").hex()
        id = uuid.UUID(f"ee8e77d9-290e-4bb9-84a1-c2b7efb338d{number}")
        rows.append(f"INSERT INTO users VALUES ('{id}', 'neo{number}', '\\x{array}', '2021-03-28T14:39:40.063095Z');")
    write(os.path.join(HERE, "azumaneo.sql"), [
        "-- The table of azumaneo.",
        "CREATE TABLE users (",
        "    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),",
        "    name text NOT NULL UNIQUE,",
        "    password bytea NOT NULL,",
        "    created_at timestamp with time zone NOT NULL DEFAULT current_timestamp",
        ");",
        *rows,
    ])


main()
