"""`fj-mcp install`: adds this server to the configuration of an assistant.

The supported assistants, the locations of their configuration files, and edits that leave the rest
of a file alone. Nothing here connects to an assistant or to FutureJobs.
"""
