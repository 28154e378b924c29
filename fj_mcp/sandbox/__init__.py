"""A small FutureJobs API with fictional candidates, for trials, demos and tests.

`app.Sandbox` is an ASGI app with an in-process transport for httpx; `server` serves it on
loopback. It shares filters and text with the real client, but neither code nor records, and
nothing in it reaches the network.
"""
