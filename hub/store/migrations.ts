/** Layouts of the database, oldest first. Append only: a published one never changes. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

   CREATE TABLE accounts (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL COLLATE NOCASE UNIQUE,
     role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'guest')),
     password_hash TEXT NOT NULL,
     created_at INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE sessions (
     id_hash TEXT PRIMARY KEY,
     account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
     signed_in_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE devices (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     address TEXT NOT NULL,
     registered_at INTEGER NOT NULL,
     paired_at INTEGER,
     paired_by TEXT REFERENCES accounts(id)
   ) STRICT;

   CREATE TABLE oidc (
     model TEXT NOT NULL,
     id TEXT NOT NULL,
     payload TEXT NOT NULL,
     grant_id TEXT,
     client_id TEXT,
     user_code TEXT,
     uid TEXT,
     expires_at INTEGER,
     consumed_at INTEGER,
     PRIMARY KEY (model, id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX oidc_grant ON oidc (grant_id) WHERE grant_id IS NOT NULL;
   CREATE INDEX oidc_client ON oidc (client_id) WHERE client_id IS NOT NULL;
   CREATE UNIQUE INDEX oidc_user_code ON oidc (user_code) WHERE user_code IS NOT NULL;
   CREATE INDEX oidc_uid ON oidc (model, uid) WHERE uid IS NOT NULL;
   CREATE INDEX oidc_expiry ON oidc (expires_at) WHERE expires_at IS NOT NULL`,

  `CREATE TABLE app_passwords (
     id TEXT PRIMARY KEY,
     text_hash TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     scopes TEXT NOT NULL,
     created_by TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
     created_at INTEGER NOT NULL,
     last_used_at INTEGER
   ) STRICT`,

  `CREATE TABLE registration_tokens (
     id TEXT PRIMARY KEY,
     text_hash TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     scopes TEXT NOT NULL,
     password INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     taken_at INTEGER
   ) STRICT`,
  `CREATE TABLE audit (
     id INTEGER PRIMARY KEY,
     event TEXT NOT NULL,
     stranger INTEGER NOT NULL CHECK (stranger IN (0, 1)),
     at INTEGER NOT NULL,
     last_at INTEGER NOT NULL,
     count INTEGER NOT NULL,
     account_id TEXT,
     account_name TEXT,
     client_id TEXT,
     address TEXT,
     detail TEXT
   ) STRICT;
   CREATE INDEX audit_stranger ON audit (stranger, id)`,

  `ALTER TABLE devices ADD COLUMN label TEXT;
   ALTER TABLE devices ADD COLUMN room TEXT`,
  // An account may come with a passkey instead. A new column and not a new table: dropping the old one would cascade.
  `ALTER TABLE accounts ADD COLUMN password_hash_or_none TEXT;
   UPDATE accounts SET password_hash_or_none = password_hash;
   ALTER TABLE accounts DROP COLUMN password_hash;
   ALTER TABLE accounts RENAME COLUMN password_hash_or_none TO password_hash;

   CREATE TABLE invitations (
     id TEXT PRIMARY KEY,
     text_hash TEXT NOT NULL UNIQUE,
     role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'guest')),
     name_hint TEXT,
     created_by TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
     created_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) STRICT`,

  `CREATE TABLE new_sessions (
     id TEXT PRIMARY KEY,
     cookie_hash TEXT NOT NULL UNIQUE,
     account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
     signed_in_at INTEGER NOT NULL,
     confirmed_at INTEGER NOT NULL,
     last_seen_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     address TEXT NOT NULL,
     browser TEXT NOT NULL
   ) STRICT;
   INSERT INTO new_sessions
     SELECT lower(hex(randomblob(8))), id_hash, account_id, signed_in_at, signed_in_at, signed_in_at, expires_at,
       'unknown', 'A browser' FROM sessions;
   DROP TABLE sessions;
   ALTER TABLE new_sessions RENAME TO sessions;
   CREATE INDEX sessions_account ON sessions (account_id);

   CREATE TABLE session_grants (
     grant_id TEXT PRIMARY KEY,
     session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX session_grants_session ON session_grants (session_id)`,

  `CREATE TABLE passkeys (
     id TEXT PRIMARY KEY,
     account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
     name TEXT NOT NULL,
     public_key BLOB NOT NULL,
     counter INTEGER NOT NULL,
     transports TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     last_used_at INTEGER
   ) STRICT;
   CREATE INDEX passkeys_account ON passkeys (account_id);

   CREATE TABLE passkey_challenges (
     browser_hash TEXT PRIMARY KEY,
     challenge TEXT NOT NULL,
     purpose TEXT NOT NULL,
     account_id TEXT,
     expires_at INTEGER NOT NULL
   ) STRICT`,

  `CREATE TABLE identities (
     id TEXT NOT NULL UNIQUE,
     issuer TEXT NOT NULL,
     subject TEXT NOT NULL,
     account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
     provider TEXT NOT NULL,
     name TEXT NOT NULL,
     linked_at INTEGER NOT NULL,
     last_used_at INTEGER,
     PRIMARY KEY (issuer, subject)
   ) STRICT;
   CREATE INDEX identities_account ON identities (account_id);

   CREATE TABLE sign_in_attempts (
     browser_hash TEXT PRIMARY KEY,
     state_hash TEXT NOT NULL,
     provider TEXT NOT NULL,
     errand TEXT NOT NULL,
     return_to TEXT NOT NULL,
     nonce TEXT NOT NULL,
     code_verifier TEXT NOT NULL,
     begun_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) STRICT`,
  `ALTER TABLE registration_tokens ADD COLUMN created_by TEXT REFERENCES accounts(id) ON DELETE CASCADE`,
  // hub/authorization/replays.ts
  `CREATE TABLE replays (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO replays SELECT id, expires_at FROM oidc WHERE model='ReplayDetection' AND expires_at IS NOT NULL;
   DELETE FROM oidc WHERE model='ReplayDetection'`,
  // The authorization server's own session of the same browser.
  `ALTER TABLE sessions ADD COLUMN browser_uid TEXT`,
]
