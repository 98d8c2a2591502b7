/** The tables of the libsql store. Lists and nested values are JSON text; times are milliseconds since the epoch. */
export const schema = `
create table if not exists users (
  id text primary key, name text not null unique collate nocase, display_name text not null, password_hash text not null,
  guest integer not null, roles text not null, groups text not null, totp_secret text, totp_step integer not null default -1
) strict;
create table if not exists sessions (
  id text primary key, user_id text not null references users (id), csrf_token text not null, created_at integer not null,
  expires_at integer not null, mfa text, totp_draft text
) strict;
create index if not exists sessions_by_expiry on sessions (expires_at);
create table if not exists challenges (
  value text primary key, purpose text not null, owner text not null, issued_at integer not null, expires_at integer not null,
  algorithms text not null
) strict;
create index if not exists challenges_by_expiry on challenges (expires_at);
create table if not exists passes (
  user_id text primary key references users (id), code_hash text not null, issued_at integer not null, expires_at integer not null,
  one_time integer not null, issued_by text not null, used_at integer
) strict;
create table if not exists pending (
  id text primary key, user_id text not null references users (id), session_id text not null, credential_id text not null unique,
  verified_at integer not null, expires_at integer not null, state text not null, credential text not null
) strict;
create index if not exists pending_by_user on pending (user_id);
create index if not exists pending_by_expiry on pending (state, expires_at);
create table if not exists passkeys (
  id text primary key, user_id text not null references users (id), credential_id text not null unique, name text not null,
  registered_at integer not null, last_used_at integer, credential text not null
) strict;
create index if not exists passkeys_by_user on passkeys (user_id);
create table if not exists attempts (subject text primary key, failures integer not null, last_at integer not null) strict;
create table if not exists events (seq integer primary key, at integer not null, event text not null, detail text not null) strict;
create table if not exists policy (id integer primary key check (id = 1), document text not null) strict;
`;
