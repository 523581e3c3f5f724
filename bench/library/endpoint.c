/* See endpoint.h. */
#include "endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"

#define SCHEME_BYTES (sizeof ENDPOINT_SCHEME - 1)

int endpoint_open(struct endpoint *endpoint, const struct link_params *params)
{
	size_t most = SCHEME_BYTES + sizeof((struct sockaddr_un *)0)->sun_path - 1;
	int length;

	if (params->threads)
		return fail_text(ENOSYS,
			"the library has threads of its own, which are of neither side where both "
			"are threads of one process");
	length = snprintf(
		endpoint->url, sizeof endpoint->url, ENDPOINT_SCHEME "%s/library", params->folder);
	if (length < 0 || (size_t)length > most) {
		endpoint->url[0] = '\0';
		return fdpair_name_too_long(params, "a socket");
	}
	return 0;
}

int endpoint_greet(void *state, enum side side, int (*send)(void *, const void *, size_t),
	int (*recv)(void *, void *, size_t))
{
	char nothing[1] = {0};
	int err = 0;

	if (side == SIDE_PRODUCER)
		err = send(state, nothing, 0);
	if (!err)
		err = recv(state, nothing, 0);
	if (!err && side == SIDE_CONSUMER)
		err = send(state, nothing, 0);
	return err;
}

void endpoint_close(struct endpoint *endpoint)
{
	if (endpoint->url[0])
		unlink(endpoint->url + SCHEME_BYTES);
	endpoint->url[0] = '\0';
}
