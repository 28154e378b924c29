"""Signing in with the company's identity provider, whose tokens this server verifies."""
