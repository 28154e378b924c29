"""The least that an HTTP server of the SDK can be: one tool that asks the API, and nothing else."""

import sys

import uvicorn

from bench.loopback import bare_http
from bench.one_call import bare_server


def main(api: str, port: int) -> None:
    """Serve on loopback, without any of the SDK's extras."""
    app = bare_server(bare_http(api)).streamable_http_app(stateless_http=True)
    uvicorn.run(app, port=port, http="h11", ws="none", log_level="warning", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
