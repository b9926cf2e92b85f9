#ifndef CLIBCURL_SHIM_H
#define CLIBCURL_SHIM_H

// The type checks are macros around variadic calls: of no use behind typed functions.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

// `curl_easy_setopt`, `curl_multi_setopt` and `curl_share_setopt` are variadic, which Swift cannot call: one inline
// function per type of argument.

static inline CURLcode clibcurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode clibcurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode clibcurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// For options that take a context, a list, a share or bytes.
static inline CURLcode clibcurl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// For `CURLOPT_WRITEFUNCTION` and `CURLOPT_HEADERFUNCTION`, which share one signature.
static inline CURLcode clibcurl_set_write_function(CURL *easy, CURLoption option, curl_write_callback function) {
    return curl_easy_setopt(easy, option, function);
}

static inline CURLcode clibcurl_set_open_socket_function(CURL *easy, curl_opensocket_callback function) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
}

static inline CURLcode clibcurl_set_prerequest_function(CURL *easy, curl_prereq_callback function) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
}

static inline CURLcode clibcurl_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode clibcurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLSHcode clibcurl_share(CURLSH *share, curl_lock_data data) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, data);
}

/// The address as such. The struct ends in a `sockaddr` that longer families (IPv6) run past, so that a copy of the
/// struct, which is what Swift makes of a member access, would cut it off.
static inline const struct sockaddr *clibcurl_address(const struct curl_sockaddr *address) {
    return &address->addr;
}

#endif
