"""A language model on loopback that calls one tool, and says that it is done."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_USAGE = {"input_tokens": 1, "output_tokens": 1}


class Model:
    """What a client has sent to it.

    Attributes:
        address: of the API, as Anthropic's is.
        offered: the names of the tools that it may call.
        results: of the tool, one for each call.
    """

    def __init__(self, tool: str, arguments: dict[str, Any]) -> None:
        self.address = ""
        self.offered: set[str] = set()
        self.results: list[dict[str, Any]] = []
        self._call = (tool, arguments)

    def answer(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The events of its response to a request."""
        offered = {tool["name"] for tool in request.get("tools", ())}
        self.offered |= offered
        content = request["messages"][-1]["content"]
        parts = content if isinstance(content, list) else []
        results = [part for part in parts if part["type"] == "tool_result"]
        self.results += results
        tool, arguments = self._call
        if tool in offered and not results:
            block = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(arguments)}
            reason = "tool_use"
        else:
            block = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": "Done."}
            reason = "end_turn"
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": request["model"],
            "content": [],
            "stop_reason": None,
            "usage": _USAGE,
        }
        yield {"type": "message_start", "message": message}
        yield {"type": "content_block_start", "index": 0, "content_block": block}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
        yield {"type": "content_block_stop", "index": 0}
        yield {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": _USAGE}
        yield {"type": "message_stop"}


@contextmanager
def scripted_model(tool: str, **arguments: Any) -> Iterator[Model]:
    """A model that calls a tool with these arguments as soon as it is offered."""
    model = Model(tool, arguments)

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for event in model.answer(request):
                lines = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
                self.wfile.write(lines.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        model.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield model
        server.shutdown()
