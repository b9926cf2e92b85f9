#ifndef CCRYPTO_SHIM_H
#define CCRYPTO_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

/// Sets the key of a context of HMAC and the hash it uses, such as "SHA256". Returns 1, or 0 when that failed.
///
/// In C, because an OSSL_PARAM keeps a pointer to its name: Swift sees the macros of the names as strings, whose bytes
/// live no longer than one call.
static inline int ccrypto_hmac_init(
    EVP_MAC_CTX *context, const unsigned char *key, size_t key_length, const char *digest) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_end(),
    };
    // To OpenSSL a null pointer is no empty key, but none.
    return EVP_MAC_init(context, key != NULL ? key : (const unsigned char *)"", key_length, parameters);
}

#endif
