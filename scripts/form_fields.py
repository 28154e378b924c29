"""The fields of the forms in which the bundle and the plugin ask for settings."""

from typing import Any, get_args

from pydantic import SecretStr

from fj_mcp.settings.settings import Settings


def form_field(name: str) -> dict[str, Any]:
    """A setting's field in a form: type, default, and whether it is secret."""
    field = Settings.model_fields[name]
    if field.annotation is bool:
        return {"type": "boolean", "required": False, "default": field.default}
    # Without a default, the placeholder in `env` would stay as it is; hence the empty string.
    shown = {"type": "string", "required": False, "default": field.default or ""}
    return shown | ({"sensitive": True} if is_secret(field.annotation) else {})


def is_secret(annotation: Any) -> bool:
    """Whether a setting of this type is secret."""
    return annotation is SecretStr or any(map(is_secret, get_args(annotation)))
