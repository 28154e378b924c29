"""The FutureJobs API in miniature, over invented people: for trials, demos and tests.

`app.Sandbox` is an ASGI app with an in-process transport for httpx; `server` serves it on
loopback. It shares filters and text with the real client, but neither its code nor its records,
and nothing in it reaches the network.
"""
