#include <curl/curl.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call. */
static inline CURLcode isoloir_curl_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode isoloir_curl_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode isoloir_curl_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode isoloir_curl_receiver(CURL *curl, curl_write_callback receiver, void *context) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receiver);
    return code != CURLE_OK ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, context);
}
/* Bytes of the request line and headers that left: 0 when the connection never stood. */
static inline long isoloir_curl_sent(CURL *curl) {
    long size = 0;
    return curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &size) == CURLE_OK ? size : 0;
}
static inline long isoloir_curl_status(CURL *curl) {
    long status = 0;
    return curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}
/* Bytes of all headers that were received, those of answers before the last one too. */
static inline long isoloir_curl_header_bytes(CURL *curl) {
    long bytes = 0;
    return curl_easy_getinfo(curl, CURLINFO_HEADER_SIZE, &bytes) == CURLE_OK ? bytes : 0;
}
/* Where a redirection points, as an absolute address; NULL where the answer is none. It lives as long as the handle. */
static inline const char *isoloir_curl_redirection(CURL *curl) {
    char *address = NULL;
    return curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &address) == CURLE_OK ? address : NULL;
}
