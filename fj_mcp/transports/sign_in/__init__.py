"""Signing in over HTTP: the OAuth authorization server of `fj-mcp serve --http --public-url …`.

A user adds the server to a client by its address. The client finds the metadata, sends the user's
browser to `/authorize`, and from there to the page where the user enters a FutureJobs key and says
what the client may do. The client gets a code and exchanges it for tokens, which stand for the key.

With `FJ_OAUTH_ISSUER` the company's identity provider does all of this, and `company/` verifies its
tokens.

Nothing here is loaded without a public address.
"""
