#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

/* The TXT records of a name, one a line; strings of one record are joined (RFC 7208, 3.3). Returns the number of bytes, -1 where no
   server answered in time, -2 where there is no such name or record. server is a numeric IPv4 address, or NULL for those of
   resolv.conf. */
static inline int isoloir_txt(const char *name, const char *server, unsigned short port, int seconds, char *text, int room) {
    struct __res_state state;
    unsigned char answer[65535];
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return -1;
    state.retrans = seconds;
    state.retry = 1;
    if (server != NULL) {
        state.nscount = 1;
        state.nsaddr_list[0].sin_family = AF_INET;
        state.nsaddr_list[0].sin_port = htons(port);
        if (inet_pton(AF_INET, server, &state.nsaddr_list[0].sin_addr) != 1) {
            res_nclose(&state);
            return -1;
        }
    }
    int length = res_nquery(&state, name, ns_c_in, ns_t_txt, answer, sizeof answer);
    int reason = state.res_h_errno;
    res_nclose(&state);
    if (length < 0) return reason == HOST_NOT_FOUND || reason == NO_DATA ? -2 : -1;
    ns_msg message;
    if (ns_initparse(answer, length, &message) != 0) return -1;
    int used = 0;
    for (int index = 0; index < ns_msg_count(message, ns_s_an); index++) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, index, &record) != 0) return -1;
        if (ns_rr_type(record) != ns_t_txt) continue;
        const unsigned char *data = ns_rr_rdata(record);
        for (int at = 0; at < ns_rr_rdlen(record);) {
            int count = data[at++];
            if (at + count > ns_rr_rdlen(record) || used + count + 1 > room) return -1;
            memcpy(text + used, data + at, count);
            used += count;
            at += count;
        }
        text[used++] = '\n';
    }
    return used == 0 ? -2 : used;
}
