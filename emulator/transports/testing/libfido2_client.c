/*
 * A host program with libfido2 (Debian: libfido2-dev, 1.12) that uses a key over TCP: each 64-byte report follows its length.
 * libfido2_client PORT [reset]: executes all operations, or only a reset, and prints one line per operation: `NAME ok` or `NAME ERROR`.
 */
#include <arpa/inet.h>
#include <fido.h>
#include <fido/credman.h>
#include <fido/es256.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPORT_LENGTH 64
#define RP "example.com"

static const unsigned char hash[32] = {1, 2, 3};
static const unsigned char blob[200] = "a large blob";

/* The TCP transport. libfido2 writes the report id before each report; it is always zero for a FIDO key. */

static void *io_open(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
  struct timeval limit = {.tv_sec = 20};
  int *handle = malloc(sizeof(*handle));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  *handle = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(*handle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  if (connect(*handle, (struct sockaddr *)&address, sizeof(address)) == 0) return handle;
  free(handle);
  return NULL;
}

static void io_close(void *handle) {
  close(*(int *)handle);
  free(handle);
}

static int io_read(void *handle, unsigned char *report, size_t length, int timeout_ms) {
  unsigned char framed[2 + REPORT_LENGTH];
  (void)timeout_ms;
  if (length != REPORT_LENGTH) return -1;
  if (recv(*(int *)handle, framed, sizeof(framed), MSG_WAITALL) != (ssize_t)sizeof(framed)) return -1;
  memcpy(report, framed + 2, REPORT_LENGTH);
  return REPORT_LENGTH;
}

static int io_write(void *handle, const unsigned char *report_with_id, size_t length) {
  unsigned char framed[2 + REPORT_LENGTH] = {0, REPORT_LENGTH};
  if (length != REPORT_LENGTH + 1) return -1;
  memcpy(framed + 2, report_with_id + 1, REPORT_LENGTH);
  return send(*(int *)handle, framed, sizeof(framed), 0) == (ssize_t)sizeof(framed) ? (int)length : -1;
}

static fido_dev_t *dev;

static void print_outcome(const char *name, int result, int expected) {
  printf("%s %s\n", name, result == expected ? "ok" : fido_strerr(result));
  fflush(stdout);
}

/* Creates a credential and verifies its attestation with libfido2. Stores the credential in *made. */
static int make_credential(const char *user, fido_opt_t rk, fido_opt_t uv, int extensions, const char *pin, fido_cred_t **made) {
  fido_cred_t *cred = fido_cred_new();
  int result;
  fido_cred_set_type(cred, COSE_ES256);
  fido_cred_set_clientdata_hash(cred, hash, sizeof(hash));
  fido_cred_set_rp(cred, RP, "Example");
  fido_cred_set_user(cred, (const unsigned char *)user, strlen(user), user, user, NULL);
  fido_cred_set_rk(cred, rk);
  fido_cred_set_uv(cred, uv);
  if (extensions) fido_cred_set_extensions(cred, extensions);
  result = fido_dev_make_cred(dev, cred, pin);
  if (result == FIDO_OK)
    result = fido_cred_x5c_ptr(cred) ? fido_cred_verify(cred) : fido_cred_verify_self(cred);
  *made = cred;
  return result;
}

/* Requests an assertion and verifies its signature with libfido2. Stores the assertion in *given. */
static int get_assertion(const fido_cred_t *cred, int by_id, int extensions, const char *pin, fido_assert_t **given) {
  fido_assert_t *assertion = fido_assert_new();
  es256_pk_t *key = es256_pk_new();
  int result;
  es256_pk_from_ptr(key, fido_cred_pubkey_ptr(cred), fido_cred_pubkey_len(cred));
  fido_assert_set_rp(assertion, RP);
  fido_assert_set_clientdata_hash(assertion, hash, sizeof(hash));
  if (by_id) fido_assert_allow_cred(assertion, fido_cred_id_ptr(cred), fido_cred_id_len(cred));
  if (extensions) fido_assert_set_extensions(assertion, extensions);
  if (pin) fido_assert_set_uv(assertion, FIDO_OPT_OMIT);
  result = fido_dev_get_assert(dev, assertion, pin);
  if (result == FIDO_OK) result = fido_assert_verify(assertion, 0, COSE_ES256, key);
  es256_pk_free(&key);
  *given = assertion;
  return result;
}

static void list_and_delete(const fido_cred_t *cred, const char *pin) {
  fido_credman_metadata_t *metadata = fido_credman_metadata_new();
  fido_credman_rk_t *credentials = fido_credman_rk_new();
  int result = fido_credman_get_dev_metadata(dev, metadata, pin);
  print_outcome("credential-metadata", result == FIDO_OK && fido_credman_rk_existing(metadata) != 1 ? FIDO_ERR_INTERNAL : result, FIDO_OK);
  result = fido_credman_get_dev_rk(dev, RP, credentials, pin);
  if (result == FIDO_OK && (fido_credman_rk_count(credentials) != 1 ||
                            memcmp(fido_cred_id_ptr(fido_credman_rk(credentials, 0)), fido_cred_id_ptr(cred), fido_cred_id_len(cred))))
    result = FIDO_ERR_INTERNAL;
  print_outcome("list-credentials", result, FIDO_OK);
  print_outcome("delete-credential", fido_credman_del_dev_rk(dev, fido_cred_id_ptr(cred), fido_cred_id_len(cred), pin), FIDO_OK);
  print_outcome("deleted-is-gone", fido_credman_del_dev_rk(dev, fido_cred_id_ptr(cred), fido_cred_id_len(cred), pin), FIDO_ERR_NO_CREDENTIALS);
  fido_credman_metadata_free(&metadata);
  fido_credman_rk_free(&credentials);
}

static void large_blob(const fido_cred_t *cred, const char *pin) {
  unsigned char *read = NULL;
  size_t length = 0;
  const unsigned char *key = fido_cred_largeblob_key_ptr(cred);
  size_t key_length = fido_cred_largeblob_key_len(cred);
  int result;
  print_outcome("large-blob-key", key_length == 32 ? FIDO_OK : FIDO_ERR_INTERNAL, FIDO_OK);
  print_outcome("large-blob-write", fido_dev_largeblob_set(dev, key, key_length, blob, sizeof(blob), pin), FIDO_OK);
  result = fido_dev_largeblob_get(dev, key, key_length, &read, &length);
  print_outcome("large-blob-read", result == FIDO_OK && (length != sizeof(blob) || memcmp(read, blob, length)) ? FIDO_ERR_INTERNAL : result, FIDO_OK);
  free(read);
}

static void run_all_operations(void) {
  fido_cred_t *cred;
  fido_assert_t *assertion;
  fido_cbor_info_t *info = fido_cbor_info_new();
  int retries = 0, result = fido_dev_get_cbor_info(dev, info);
  print_outcome("info", result, FIDO_OK);
  print_outcome("make-without-pin", make_credential("bob", FIDO_OPT_FALSE, FIDO_OPT_OMIT, 0, NULL, &cred), FIDO_OK);
  print_outcome("assert-without-pin", get_assertion(cred, 1, 0, NULL, &assertion), FIDO_OK);
  fido_cred_free(&cred);
  fido_assert_free(&assertion);

  print_outcome("set-pin", fido_dev_set_pin(dev, "1234", NULL), FIDO_OK);
  print_outcome("wrong-pin", make_credential("alice", FIDO_OPT_TRUE, FIDO_OPT_OMIT, 0, "0000", &cred), FIDO_ERR_PIN_INVALID);
  fido_cred_free(&cred);
  result = fido_dev_get_retry_count(dev, &retries);
  print_outcome("retries", result == FIDO_OK && retries != 7 ? FIDO_ERR_INTERNAL : result, FIDO_OK);
  print_outcome("change-pin", fido_dev_set_pin(dev, "56789", "1234"), FIDO_OK);
  print_outcome("short-pin", fido_dev_set_pin(dev, "1", "56789"), FIDO_ERR_PIN_POLICY_VIOLATION);

  print_outcome("make-with-pin", make_credential("bob", FIDO_OPT_FALSE, FIDO_OPT_OMIT, 0, "56789", &cred), FIDO_OK);
  print_outcome("assert-with-pin", get_assertion(cred, 1, 0, "56789", &assertion), FIDO_OK);
  fido_cred_free(&cred);
  fido_assert_free(&assertion);

  print_outcome("make-discoverable", make_credential("alice", FIDO_OPT_TRUE, FIDO_OPT_OMIT, FIDO_EXT_LARGEBLOB_KEY, "56789", &cred), FIDO_OK);
  print_outcome("assert-discoverable", get_assertion(cred, 0, 0, "56789", &assertion), FIDO_OK);
  fido_assert_free(&assertion);
  large_blob(cred, "56789");
  list_and_delete(cred, "56789");
  fido_cred_free(&cred);
  fido_cbor_info_free(&info);
}

int main(int count, char **arguments) {
  const fido_dev_io_t io = {io_open, io_close, io_read, io_write};
  if (count < 2) return 2;
  fido_init(0);
  dev = fido_dev_new();
  fido_dev_set_io_functions(dev, &io);
  print_outcome("open", fido_dev_open(dev, arguments[1]), FIDO_OK);
  if (count > 2 && strcmp(arguments[2], "reset") == 0)
    print_outcome("reset", fido_dev_reset(dev), FIDO_OK);
  else
    run_all_operations();
  fido_dev_close(dev);
  fido_dev_free(&dev);
  return 0;
}
