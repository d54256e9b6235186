#!/usr/bin/env python3
"""A service that knows its users by what the proxy in front of it says. Nobody but the proxy may reach it."""

import sys
from socket import SHUT_WR
from urllib.parse import unquote
from wsgiref.simple_server import WSGIServer, make_server


def service(environ, start_response):
    user_id = environ.get("HTTP_AZUMA_USER_ID")
    # The header is missing if the stored name cannot be read.
    name = unquote(environ.get("HTTP_AZUMA_USER_NAME", "whoever you are"))
    if not user_id:
        status, text = "401 Unauthorized", "The proxy names no user.\n"
    else:
        status, text = "200 OK", f"Hello, {name}. You are {user_id}.\n"
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode()]


class Server(WSGIServer):
    """Closes a connection after the proxy, which may still be sending a body that nobody reads."""

    def shutdown_request(self, request):
        request.settimeout(1)
        try:
            request.shutdown(SHUT_WR)
            while request.recv(65536):
                pass
        except OSError:
            pass
        self.close_request(request)


host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8091").split(":")
make_server(host, int(port), service, server_class=Server).serve_forever()
