"""The SDK's models of the protocol, loaded so that each is built at its first use.

There are hundreds, for every version of the protocol, and a connection uses a few of them. Building
all takes a tenth of the start-up time.
"""

from mcp_types.version import LATEST_HANDSHAKE_VERSION
from pydantic import BaseModel


def load_protocol_models() -> None:
    """Load the models, before anything else of the SDK does."""
    # The SDK has no setting for it, but its models inherit this one from pydantic's.
    BaseModel.model_config["defer_build"] = True
    try:
        from mcp_types import methods
    finally:
        del BaseModel.model_config["defer_build"]
    # The first call should not wait for these.
    methods.validate_client_request("tools/call", LATEST_HANDSHAKE_VERSION, {"name": ""})
    methods.serialize_server_result("tools/call", LATEST_HANDSHAKE_VERSION, {"content": []})
