"""`fj-mcp install`: adds this server to the configuration of an assistant.

Which assistants there are, where their configuration files lie and how to edit them without
disturbing the rest. Nothing here talks to an assistant or to FutureJobs.
"""
